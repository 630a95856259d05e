import math
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracing.models import OutboxEntry
from tracing.relay import Relay, backfill

TICK = 5  # seconds


class Command(BaseCommand):
    help = "Deliver traces and scores to LangFuse."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver all that is due, then say what waits")
        parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="for LangFuse to show it (60)")
        parser.add_argument("--backfill", action="store_true", help="also what was stored before LangFuse was set up")
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the first day to backfill")

    def handle(self, *, once: bool, wait: float, backfill: bool, since: date | None, **options: Any) -> None:
        if not settings.LANGFUSE_ENABLED:
            self.stdout.write("LangFuse is not configured; traces stay in PostgreSQL. Nothing to deliver.")
            return
        if backfill != bool(since):
            raise CommandError("--backfill and --since YYYY-MM-DD belong together.")
        if since:
            self.backfill(since)
        if once:
            self.deliver_all(wait)
        else:
            self.deliver_for_ever()

    def backfill(self, since: date) -> None:
        self.stdout.write(f"{backfill(since)} stored traces and scores since {since} were added to the outbox.")

    def deliver_all(self, wait: float) -> None:
        """Raises SystemExit(1) if something still waits."""
        end, delivered, aside = time.monotonic() + wait, 0, 0
        while True:
            relay = Relay()
            done = relay.run(seconds=math.inf)
            delivered, aside = delivered + done["delivered"], aside + done["set aside"]
            if relay.blocked and not done:
                break
            pause = seconds_until_seen()
            if pause is None or time.monotonic() + pause > end:
                break
            time.sleep(pause)
        waiting = OutboxEntry.objects.undelivered().count()
        refused = f", {aside} refused by LangFuse and set aside" if aside else ""
        self.stdout.write(f"{delivered} delivered, {waiting} waiting{refused}")
        if waiting:
            self.explain()
            raise SystemExit(1)

    def explain(self) -> None:
        entry = OutboxEntry.objects.undelivered().exclude(last_error="").order_by("-due_at").first()
        self.stderr.write(entry.last_error if entry else "LangFuse accepted them and does not show them yet.")

    def deliver_for_ever(self) -> None:
        self.stdout.write(f"Delivering to {settings.LANGFUSE_HOST} every {TICK} s; Ctrl-C ends it.")
        try:
            while True:
                Relay().run()
                time.sleep(TICK)
        except KeyboardInterrupt:
            self.stdout.write("Ended; what waits is delivered next time.")


def seconds_until_seen() -> float | None:
    """Until the next entry that was sent should be looked for; None if none is."""
    entry = OutboxEntry.objects.filter(state=OutboxEntry.State.SENT).order_by("due_at").first()
    return max(0.0, (entry.due_at - timezone.now()).total_seconds()) if entry else None
