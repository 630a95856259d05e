import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError

from shopassist import embedded, locks, preparation
from shopassist.port import check_port
from shopassist.refusal import Refusal


class Command(BaseCommand):
    requires_system_checks = ()  # they come after the quick refusals, for they import everything
    help = "Set up what is missing, show one question with its trace, and serve until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="End after the question.")

    def handle(self, *, no_serve: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise Refusal("`run` makes a demo's accounts; in production use `manage.py migrate` and `manage.py serve`.")
        if not no_serve:
            check_port(settings.HOST, settings.PORT)
        with plain_failures():
            if not settings.DATABASE_URL:
                self.step("Database", self.start_database)
            with self.alone():
                self.prepare(show=no_serve)
        if not no_serve:
            from shopassist.server import serve

            serve(self.announce)

    def prepare(self, *, show: bool) -> None:
        """`show`: also when the question was answered before."""
        preparation.check_database()
        self.check()
        self.step("Migrations", preparation.migrate)
        self.step("Sample shop", lambda: preparation.load_sample(self.stdout))
        self.step("Engine", lambda: preparation.fit(self.stdout))
        self.step("Embeddings", preparation.embed)
        from shopassist import demo

        if demo.demo_customer():
            answer = demo.earlier_answer()
            if answer is None:
                self.step("Intent classifier", demo.train_classifier)
                answer, show = demo.answer_demo_question(), True
            if show:
                self.stdout.write("\n".join(demo.report(answer)))
        logins = demo.missing_logins()  # last, so that none is made and, ended by Ctrl-C, never shown
        for name, password in logins:
            self.stdout.write(f"Sign in as {name} with the password {password}")
        self.stdout.write(
            "These passwords are shown this once; `make reset-demo` makes new ones."
            if logins
            else "The accounts are there; `make reset-demo` makes new passwords."
        )

    def step(self, name: str, work: Callable[[], str]) -> None:
        self.stdout.write(f"{name} …")
        self.stdout.flush()
        started = time.monotonic()
        result = work()
        self.stdout.write(f"  {result} ({time.monotonic() - started:.1f} s)")
        self.stdout.flush()

    def start_database(self) -> str:
        embedded.ensure_running(settings.DATA_DIR)
        return "the embedded PostgreSQL runs"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One sets up at a time; a second waits, and finds all done."""
        path = settings.DATA_DIR / "run.lock"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if locks.is_locked(path):
            self.stdout.write("Another `make run` or `make demo` is setting up here; waiting for it …")
            self.stdout.flush()
        with locks.locked(path, patience=float("inf")):
            yield

    def announce(self) -> None:
        url = f"http://{settings.HOST}:{settings.PORT}"
        self.stdout.write(f"\nShopAssist   {url}/\nAdmin        {url}/admin/\nAPI          {url}/api/v1/docs/")
        self.stdout.write("Ctrl-C ends it.")
        self.stdout.flush()


@contextmanager
def plain_failures() -> Iterator[None]:
    """A full disk, a folder that may not be written, a database that goes away: one sentence each."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        raise Refusal(f"{settings.DATA_DIR} cannot be written: {error.strerror}.") from error
    except OperationalError as error:
        reason = preparation.full_disk() or str(error).strip().splitlines()[0]
        raise Refusal(f"The database gave up: {reason}") from error
