"""Entries under one lease, and what becomes of them."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeAlias

from django.conf import settings
from django.db.models.functions import Now

from tracing.client import LangFuseError
from tracing.models import OutboxEntry
from tracing.models.outbox import paused

State: TypeAlias = OutboxEntry.State
Kind: TypeAlias = OutboxEntry.Kind

WORK = 30.0  # seconds on one claim


def lease() -> timedelta:
    """As long as the work on a claim and one slow request."""
    return timedelta(seconds=WORK + 4 * settings.LANGFUSE_TIMEOUT)


class Claimed:
    """`with Claimed(state, limit, done) as claimed:` gives back what was not settled when the block ends. `done`
    counts what was.
    """

    def __init__(self, state: str, limit: int, done: Counter[str]) -> None:
        self._end = time.monotonic() + WORK
        self._open = {entry.pk: entry for entry in OutboxEntry.objects.claim(state, limit, lease())}
        self._done = done
        self.number = len(self._open)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self._settle(list(self._open.values()), due_at=Now())

    def of(self, kind: str) -> list[OutboxEntry]:
        return [entry for entry in self._open.values() if entry.kind == kind]

    @property
    def in_time(self) -> bool:
        """Whether another request may begin: the lease must not end while it is under way."""
        return time.monotonic() < self._end

    def move(self, entries: Iterable[OutboxEntry], state: str, **changes: Any) -> None:
        moved = self._settle(entries, state=state, **changes)
        self._done[state] += len(moved)

    def wait(self, entries: Iterable[OutboxEntry], due_at: Any) -> None:
        """They stay what they are until then."""
        self._settle(entries, due_at=due_at)

    def failed(self, entries: Iterable[OutboxEntry], error: LangFuseError, **changes: Any) -> None:
        """The request for them failed; they are tried again after a pause."""
        self._done["failed"] += 1
        self._settle(entries, last_error=str(error), due_at=paused(), **changes)

    def _settle(self, entries: Iterable[OutboxEntry], **changes: Any) -> list[OutboxEntry]:
        entries = list(entries)
        for entry in entries:
            del self._open[entry.pk]
        return OutboxEntry.objects.settle(entries, **changes) if entries else []
