import logging
from argparse import ArgumentParser
from datetime import date
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from tracing.models import Breaker, OutboxEntry
from tracing.models.outbox import OutboxQuerySet
from tracing.relay import Relay, backfill

log = logging.getLogger(__name__)

TICK = 5  # seconds between rounds, for ever
GLANCE = 1  # seconds between two looks at what is left


class Command(BaseCommand):
    help = "Deliver traces and scores to LangFuse: for ever, or until there is nothing left to do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument("--once", action="store_true", help="deliver all that is due, then say what waits")
        ends.add_argument(
            "--until-confirmed", action="store_true", help="work until LangFuse shows all that was there at the start"
        )
        parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="with --once: to be shown (60)")
        parser.add_argument(
            "--timeout", type=float, default=600, metavar="SECONDS", help="with --until-confirmed: at most (600)"
        )
        parser.add_argument("--backfill", action="store_true", help="also what was stored before LangFuse was set up")
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the first day to backfill")

    def handle(self, *, since: date | None, **options: Any) -> None:
        if not settings.LANGFUSE_ENABLED:
            self.stdout.write("LangFuse is not configured; traces stay in PostgreSQL. Nothing to deliver.")
            return
        if options["backfill"] != bool(since):
            raise CommandError("--backfill and --since YYYY-MM-DD belong together.")
        if since:
            self.stdout.write(f"{backfill(since)} stored traces and scores since {since} were added to the outbox.")
        if options["once"]:
            self.deliver_once(options["wait"])
        elif options["until_confirmed"]:
            self.deliver_all(options["timeout"])
        else:
            self.deliver_for_ever()

    def deliver_once(self, wait: float) -> None:
        """Raises SystemExit(1) if something still waits."""
        end = monotonic() + wait
        relay = Relay(at_once=True)
        while True:
            relay.run(seconds=float("inf"))
            pause = seconds_until_due(OutboxEntry.objects.filter(state=OutboxEntry.State.SENT))
            if pause is None or Breaker.objects.load().pause or monotonic() + pause > end:
                break
            sleep(pause)
        waiting = OutboxEntry.objects.undelivered().count()
        aside = relay.done[OutboxEntry.State.SET_ASIDE]
        refused = f", {aside} refused by LangFuse and set aside" if aside else ""
        self.stdout.write(f"{relay.done[OutboxEntry.State.CONFIRMED]} delivered, {waiting} waiting{refused}")
        if waiting:
            self.explain()
            raise SystemExit(1)

    def deliver_all(self, timeout: float) -> None:
        """Others may deliver too. What comes in meanwhile is not waited for. Raises SystemExit(1) if the time was over
        first, or if LangFuse refused something.
        """
        end = monotonic() + timeout
        newest = OutboxEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        asked_for = OutboxEntry.objects.filter(pk__lte=newest)
        while (pause := seconds_until_due(asked_for.undelivered())) is not None and monotonic() < end:
            pause = max(pause, Breaker.objects.load().pause)
            sleep(max(0.0, min(pause, GLANCE, end - monotonic())))
            if pause <= GLANCE:
                Relay().run(GLANCE)
        counts = asked_for.depth()
        if counts.waiting or counts.sent or counts.set_aside:
            self.stdout.write(f"Missing: {counts.waiting} waiting, {counts.sent} sent, {counts.set_aside} set aside.")
            self.explain()
            raise SystemExit(1)
        self.stdout.write("All is confirmed.")

    def explain(self) -> None:
        breaker = Breaker.objects.load()
        missing = OutboxEntry.objects.exclude(state=OutboxEntry.State.CONFIRMED)
        entry = missing.exclude(last_error="").order_by("-due_at").first()
        reason = breaker.last_error if breaker.failures else entry.last_error if entry else ""
        self.stderr.write(reason or "LangFuse accepted them and does not show them yet.")

    def deliver_for_ever(self) -> None:
        self.stdout.write(f"Delivering to {settings.LANGFUSE_HOST} every {TICK} s; Ctrl-C ends it.")
        try:
            while True:
                try:
                    Relay().run()
                except (OperationalError, InterfaceError) as error:
                    log.warning("PostgreSQL cannot be used; tried again in %d s: %s", TICK, error)
                    connection.close()
                sleep(TICK)
        except KeyboardInterrupt:
            self.stdout.write("Ended; what waits is delivered next time.")


def seconds_until_due(entries: OutboxQuerySet) -> float | None:
    """Until the next of them; None if there is none that is not delivered."""
    wait = ExpressionWrapper(F("due_at") - Now(), DurationField())
    firsts = [
        entries.filter(state=state).order_by("due_at").values_list(wait, flat=True).first()
        for state in (OutboxEntry.State.WAITING, OutboxEntry.State.SENT)
    ]
    return min((max(0.0, first.total_seconds()) for first in firsts if first is not None), default=None)
