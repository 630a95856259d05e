"""The way to LangFuse in figures, asked for at each scrape: rows, so that they hold whoever runs the relay."""

from collections.abc import Iterator

from django.db import Error
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tracing.models import Breaker, OutboxEntry, RelayTotals


class OutboxCollector(Collector):
    """Three queries."""

    def collect(self) -> Iterator[Metric]:
        try:
            depth, totals, breaker = OutboxEntry.objects.depth(), RelayTotals.load(), Breaker.objects.load()
        except Error:
            return  # no figure is better than a wrong one; /health/ready reports the database
        entries = GaugeMetricFamily(
            "shopassist_outbox_entries", "Entries that LangFuse has not confirmed.", labels=["state"]
        )
        for state in ("waiting", "sent", "set_aside"):
            entries.add_metric([state], getattr(depth, state))
        yield entries
        yield GaugeMetricFamily(
            "shopassist_outbox_oldest_seconds",
            "For how long the oldest of them has been under way.",
            value=round(depth.oldest_seconds, 1),
        )
        became = CounterMetricFamily(
            "shopassist_relay_entries",
            "Entries by what became of them; absent ones are sent again.",
            labels=["outcome"],
        )
        for outcome in ("sent", "confirmed", "absent", "set_aside"):
            became.add_metric([outcome], getattr(totals, outcome))
        yield became
        yield CounterMetricFamily(
            "shopassist_relay_failures", "Requests to LangFuse that failed.", value=totals.failures
        )
        states = GaugeMetricFamily(
            "shopassist_relay_breaker", "1 for the state that the circuit breaker is in.", labels=["state"]
        )
        for state in Breaker.State:
            states.add_metric([state], float(breaker.state == state))
        yield states
        if breaker.last_success_at:
            yield GaugeMetricFamily(
                "shopassist_relay_last_success_timestamp_seconds",
                "When LangFuse last did what it was asked.",
                value=breaker.last_success_at.timestamp(),
            )
