"""A loopback server that speaks what ShopAssist uses of Ollama's protocol: streamed POST /api/chat, /api/embed and
/api/tags."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What the server does with one request. Words are streamed one by one."""

    words: str = ""
    status: int = 200
    done_reason: str = "stop"
    read_tokens: int | None = None  # None: a quarter of the characters that came
    hangs: bool = False  # before the first byte
    drips: bool = False  # a word now and then, without an end
    broken: bool = False  # a line that is no JSON


@dataclass
class OllamaServer:
    """Give it replies in the order in which they will be asked for; `requests` holds what came."""

    base_url: str = ""
    replies: deque[Reply] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    pulled: list[str] = field(default_factory=list)  # models that it has
    stopped: threading.Event = field(default_factory=threading.Event)
    vector_of: Callable[[str], Any] = lambda text: [float(len(text)), 1.0]  # what /api/embed answers with

    def will_say(self, *words: str) -> None:
        self.replies.extend(Reply(said) for said in words)

    def will(self, **reply: Any) -> None:
        self.replies.append(Reply(**reply))


@contextmanager
def running_ollama() -> Iterator[OllamaServer]:
    ollama = OllamaServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path not in {"/api/chat", "/api/embed"}:
                self.send_error(404)
                return
            ollama.requests.append(body)
            if self.path == "/api/embed":
                self.embed(ollama.replies.popleft() if ollama.replies else Reply(), body)
                return
            self.answer(ollama.replies.popleft() if ollama.replies else Reply(status=500), body)

        def do_GET(self) -> None:
            if self.path != "/api/tags":
                self.send_error(404)
                return
            words = json.dumps({"models": [{"name": name} for name in ollama.pulled]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def answer(self, reply: Reply, body: dict[str, Any]) -> None:
            if reply.hangs:
                ollama.stopped.wait(30)
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/x-ndjson")
            self.end_headers()
            if reply.status != 200:
                self.wfile.write(json.dumps({"error": f"status {reply.status}"}).encode())
                return
            if reply.broken:
                self.wfile.write(b"<html>not ollama</html>\n")
                return
            for word in reply.words.split(" "):
                self.say(body, word + " ")
            while reply.drips and not ollama.stopped.wait(0.05):
                self.say(body, "and ")
            characters = sum(len(message["content"]) for message in body["messages"])
            read = characters // 4 if reply.read_tokens is None else reply.read_tokens
            counts = {"prompt_eval_count": read, "eval_count": len(reply.words.split())}
            self.say(body, "", done=True, done_reason=reply.done_reason, **counts)

        def embed(self, reply: Reply, body: dict[str, Any]) -> None:
            if reply.hangs:
                ollama.stopped.wait(30)
                return
            vectors = [ollama.vector_of(text) for text in body["input"]]
            answer = {"error": f"status {reply.status}"} if reply.status != 200 else {"embeddings": vectors}
            words = b"<html>not ollama</html>" if reply.broken else json.dumps(answer).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def say(self, body: dict[str, Any], content: str, **more: Any) -> None:
            line = {"model": body["model"], "created_at": "2026-01-01T00:00:00Z", "done": False}
            line |= {"message": {"role": "assistant", "content": content}, **more}
            try:
                self.wfile.write(json.dumps(line).encode() + b"\n")
                self.wfile.flush()
            except ConnectionError:
                ollama.stopped.set()  # the client had enough

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    ollama.base_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield ollama
    finally:
        ollama.stopped.set()
        server.shutdown()
        server.server_close()
