"""A ShopAssist of its own: `manage.py` as somebody at a terminal calls it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from shopassist.cluster import ADMIN, DATABASE, PORT, ROOT_FOLDER, Cluster, cluster
from tests.operations.processes import PROJECT, eventually, has_stopped


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Shop:
    data: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**inherited, "DATA_DIR": str(self.data), "PORT": str(self.port), **self.settings}

    @property
    def cluster(self) -> Cluster:
        return cluster(self.data)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        process = self.start(*arguments, **settings)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def ask(self, query: str, *parameters: Any, database: str = DATABASE) -> list[tuple[Any, ...]]:
        with self.connect(database) as connection:
            return connection.execute(query, parameters).fetchall()

    def connect(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        here = self.cluster
        return psycopg.connect(
            host=str(here.sockets), port=PORT, user=ADMIN, password=here.admin_password, dbname=database,
            autocommit=True,
        )  # fmt: skip

    def url(self, database: str) -> str:
        """A DATABASE_URL for another database of the same server, as the application's role."""
        here = self.cluster
        return f"postgres://shopassist:{quote(here.password)}@{quote(str(here.sockets), safe='')}:{PORT}/{database}"

    def stops(self) -> bool:
        return eventually(lambda: has_stopped(self.cluster))

    def remove(self) -> None:
        here = self.cluster
        assert self.stops()
        shutil.rmtree(here.sockets, ignore_errors=True)
        if ROOT_FOLDER in here.home.parents:
            shutil.rmtree(here.home)


def get(shop: Shop, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{shop.port}{path}", timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def serves(shop: Shop) -> bool:
    try:
        return get(shop, "/health/live") == (200, b"ok\n")
    except OSError:
        return False


@contextmanager
def server(shop: Shop, **settings: str) -> Iterator[subprocess.Popen[str]]:
    process = shop.start("run", **settings)
    try:
        assert eventually(lambda: serves(shop) or process.poll() is not None, 180)
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def ended(process: subprocess.Popen[str], ending: signal.Signals) -> tuple[str, str]:
    """What it said until it ended, which it has to do well and soon."""
    process.send_signal(ending)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "Traceback" not in out + err
    return out, err
