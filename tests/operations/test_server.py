import json
import os
import re
import signal
import socket

import pytest

from shopassist.port import check_port
from shopassist.refusal import Refusal
from tests.langfuse_server import LangFuseServer
from tests.operations.processes import eventually, lives
from tests.operations.shop import Shop, ended, free_port, get, server, serves


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Empty, so that it is quickly there."""
    shop = Shop(tmp_path_factory.mktemp("served"), settings={"SAMPLE": "no", "LOG_FORMAT": "json"})
    yield shop
    shop.remove()


def children(pid: int) -> list[int]:
    return [int(child) for child in os.popen(f"ps -o pid= --ppid {pid}").read().split()]


def test_it_serves_until_ctrl_c_and_takes_the_database_with_it(shop):
    with server(shop) as process:
        assert get(shop, "/health/ready")[0] == 200
        status, metrics = get(shop, "/metrics")
        assert status == 200
        assert b"django_http_requests" in metrics
        assert get(shop, "/static/admin/css/base.css")[0] == 200
        assert get(shop, "/no/such/page")[0] == 404
        out, err = ended(process, signal.SIGINT)
    for path in ("/", "/admin/", "/api/v1/docs/"):
        assert re.search(rf" http://127\.0\.0\.1:{shop.port}{path}$", out, re.MULTILINE)
    lines = [json.loads(line) for line in err.splitlines()]
    assert any(line["message"].startswith("GET /health/ready 200 ") and line["trace_id"] for line in lines)
    assert shop.stops()


def test_killed_without_warning_it_leaves_nothing_running(shop):
    with server(shop) as process:
        workers = children(process.pid)
        assert workers
        process.kill()
        process.communicate()
        assert eventually(lambda: not any(lives(pid) for pid in workers))
        assert shop.stops()


def test_a_second_server_is_refused_and_a_closed_terminal_ends_the_first(shop):
    with server(shop) as process:
        code, out, err = shop.manage("run")
        assert (code, out) == (1, "")
        assert err == (
            f"Port {shop.port} of 127.0.0.1 is taken; stop what listens there, "
            f"or choose another: PORT={shop.port + 1} make run\n"
        )
        assert serves(shop)
        ended(process, signal.SIGHUP)


def test_what_another_process_leaves_in_the_outbox_is_delivered_by_the_server_s_own_worker(shop):
    langfuse = LangFuseServer()
    settings = {
        "LANGFUSE_HOST": langfuse.url,
        "LANGFUSE_PUBLIC_KEY": langfuse.public_key,
        "LANGFUSE_SECRET_KEY": langfuse.secret_key,
    }
    with server(shop, **settings) as process:
        code, _, err = shop.manage("ask", "Which toaster is good?", **settings)
        assert code == 0, err
        assert eventually(lambda: bool(langfuse.rows), 60)
        assert not langfuse.complaints
        ended(process, signal.SIGTERM)
    langfuse.stop()


def test_a_port_that_is_free_is_fine():
    check_port("127.0.0.1", free_port())


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("no-such-host.invalid", 8000, "HOST='no-such-host.invalid' is no address of this machine"),
        ("192.0.2.1", 8000, "HOST='192.0.2.1' is no address of this machine"),
        ("no:port", 8000, "HOST='no:port'"),
    ],
)
def test_what_cannot_be_listened_on_is_refused(host, port, sentence):
    with pytest.raises(Refusal, match=re.escape(sentence)):
        check_port(host, port)


def test_a_port_of_somebody_else_is_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} of 127.0.0.1 is taken"):
            check_port("127.0.0.1", port)
