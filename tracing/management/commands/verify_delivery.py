import json
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracing.client import LangFuseError
from tracing.tree import printable
from tracing.verification.differences import Kind
from tracing.verification.run import Report, verify

DAYS = 7
SEND_AGAIN = "manage.py verify_delivery --send-again, then manage.py relay --until-confirmed"
TODO = dict.fromkeys(Kind, SEND_AGAIN) | {
    Kind.MISSING_TRACE: f"{SEND_AGAIN}. LangFuse lost it (read its worker's log), or its retention deleted it.",
    Kind.ZERO_TOKENS: f"{SEND_AGAIN}. If they stay zero, see `manage.py doctor` on what this server reads.",
    Kind.OTHER_COST: f"{SEND_AGAIN}. If it stays, LangFuse has a price of its own (Settings, Models).",
    Kind.TWO_ROOTS: "Two requests had one id: have callers send a new traceparent or X-Request-ID for each request, "
    "or another service sends a root of its own under this id.",
}


class Command(BaseCommand):
    help = "Compare what was delivered with what LangFuse shows now. Exit code 1 if they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help=f"({DAYS} days ago)")
        parser.add_argument("--send-again", action="store_true", help="what is missing or changed waits again")
        parser.add_argument("--json", action="store_true", help="a JSON object and nothing else")

    def handle(self, *, since: date | None, send_again: bool, json: bool, **options: Any) -> None:
        """Raises SystemExit(1) if anything differs, CommandError where LangFuse cannot be asked."""
        if not settings.LANGFUSE_ENABLED:
            raise CommandError("LangFuse is off, so nothing can be compared; manage.py doctor says how to turn it on.")
        since = since or timezone.localdate() - timedelta(days=DAYS)
        start = datetime(since.year, since.month, since.day, tzinfo=timezone.get_current_timezone())
        report = Report()
        try:
            verify(start, report, resend=send_again)
        except LangFuseError as error:
            raise CommandError(
                f"LangFuse stopped answering after {report.traces} traces, {report.count.total()} differences: {error}"
            ) from error
        if json:
            self.stdout.write(as_json(report, since))
        else:
            self.show(report, since)
        if report.count:
            raise SystemExit(1)

    def show(self, report: Report, since: date) -> None:
        self.stdout.write(f"{report.traces} traces and {report.scores} scores since {since} count as delivered.")
        for kind in Kind:
            if number := report.count[kind]:
                self.stdout.write(f"{kind:19}{number}")
                for example in report.examples[kind]:
                    self.stdout.write(printable(f"{'':4}{example.trace_id}  {example.detail}".rstrip()))
                self.stdout.write(f"{'':4}→ {TODO[kind]}")
        if report.again:
            self.stdout.write(f"{report.again} traces and scores wait to be sent again.")
        if not report.count:
            self.stdout.write("LangFuse shows all of them as they are here.")


def as_json(report: Report, since: date) -> str:
    differences = {
        kind: {
            "number": report.count[kind],
            "examples": [{"trace_id": e.trace_id, "detail": e.detail} for e in report.examples[kind]],
            "todo": TODO[kind],
        }
        for kind in Kind
        if report.count[kind]
    }
    counts = {"traces": report.traces, "scores": report.scores, "sent_again": report.again}
    return json.dumps({"since": str(since), **counts, "differences": differences}, ensure_ascii=False, indent=2)
