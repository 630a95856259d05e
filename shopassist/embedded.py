"""The PostgreSQL that ShopAssist brings along, started and stopped from here.

Each process that uses it holds a shared lock on one file. A small watcher process starts the
server and waits for that lock to be free, which also happens when the last user was killed, and
then stops the server. Nothing listens on TCP; the socket lies in a folder that only the server's
owner may enter, and every connection needs a password.
"""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from shopassist.cluster import DATABASE, PORT, ROLE, Cluster, cluster
from shopassist.locks import ALONE, SHARED, is_locked, locked, open_lock, try_lock, wait_for_lock
from shopassist.refusal import Refusal

START_SECONDS = 60
STOP_SECONDS = 60
SETTLED_SECONDS = 3  # a server that lived as long was well, and is started anew when something killed it
RESTARTS = 10  # tries, for what is left of the killed one may stand in the way for a moment
REASONS = ("FATAL:", "PANIC:", "error:", "could not", "Error:")  # in the lines that say why PostgreSQL failed

_holding: dict[Path, int] = {}


def connection_settings(data: Path) -> dict[str, Any]:
    """Django's DATABASES entry for the embedded PostgreSQL; starts nothing."""
    here = cluster(data)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "PASSWORD": here.password,
        "HOST": str(here.sockets),
        "PORT": str(PORT),
    }


def ensure_running(data: Path) -> None:
    """Start the server unless it runs, and keep it running as long as this process or a fork of it lives.

    Raises Refusal with one sentence where that is impossible.
    """
    here = cluster(data)
    if here.home in _holding:
        return
    holder = None
    try:
        here.make_folders()
        holder = open_lock(here.home / "holders.lock")
        wait_for_lock(holder, SHARED)  # a watcher that is just stopping the server has it
        with locked(here.home / "start.lock"):
            if not (here.answers() and is_locked(here.home / "watcher.lock")):
                _start(here, data)
            here.prepare()
        _holding[here.home] = holder
    except OSError as error:
        raise Refusal(f"The embedded PostgreSQL cannot use {here.home}: {error.strerror or error}.") from error
    except (subprocess.CalledProcessError, psycopg.Error) as error:
        detail = getattr(error, "stderr", None) or str(error)
        raise Refusal(f"The embedded PostgreSQL did not start: {_reason(detail)}.") from error
    finally:
        if holder is not None and here.home not in _holding:
            os.close(holder)


def watch(data: Path) -> None:
    """Run the server until nobody holds it any longer, again if it was killed. The body of the watcher process."""
    here = cluster(data)
    with locked(here.home / "watcher.lock"):
        server = None if here.answers() else here.launch()  # one may be left from a watcher that was killed
        holders = open_lock(here.home / "holders.lock")
        launched, tries = time.monotonic(), 0
        while True:
            if try_lock(holders, ALONE):
                _stop(here, server)
                return
            if server and server.poll() is not None:
                if server.returncode == 0:  # somebody stopped it
                    return
                tries = RESTARTS if time.monotonic() - launched > SETTLED_SECONDS else tries - 1
                if tries <= 0:
                    return
                time.sleep(1)
                server, launched = here.launch(), time.monotonic()
            time.sleep(0.2)


def _start(here: Cluster, data: Path) -> None:
    here.make()
    said = here.log.stat().st_size if here.log.exists() else 0
    with open(here.home / "watcher.log", "wb") as log:
        watcher = subprocess.Popen(
            [sys.executable, "-m", "shopassist.embedded", str(data.absolute())],
            cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    give_up = time.monotonic() + START_SECONDS
    while not here.accepts_passwords():
        if watcher.poll() is not None or time.monotonic() > give_up:
            words = _read(here.log, said) or _read(here.home / "watcher.log")
            raise Refusal(f"The embedded PostgreSQL did not start: {_reason(words)} (all of it: {here.log}).")
        time.sleep(0.05)


def _stop(here: Cluster, server: subprocess.Popen[bytes] | None) -> None:
    if server is None:
        with suppress(subprocess.CalledProcessError):  # it is gone already; the server's own log says how
            here.run("pg_ctl", "stop", "-D", here.data, "-m", "fast", "-s")
        return
    server.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)  # "immediate": the next start recovers
        server.wait()


def _read(path: Path, start: int = 0) -> str:
    return path.read_bytes()[start:].decode(errors="replace") if path.exists() else ""


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in REASONS)]
    reason = (telling or lines or ["it said nothing"])[-1].rstrip(".")
    return re.sub(r"^.*(?=FATAL:|PANIC:)", "", reason)  # without time and process


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
