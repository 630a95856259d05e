"""Rounds over what is due."""

import logging
import time
from collections import Counter

from tracing.client import LangFuse, LangFuseError
from tracing.models import Breaker, OutboxEntry
from tracing.relay.claimed import Claimed, State, lease
from tracing.relay.reading import look
from tracing.relay.sending import send

log = logging.getLogger(__name__)

BATCH = 100  # entries a claim


class Relay:
    """One round. `done` counts entries by the state that they came to; "failed" counts requests.

    `at_once`: the first attempt is made although the breaker is open, since a person asks for it.
    """

    def __init__(self, at_once: bool = False) -> None:
        self.done: Counter[str] = Counter()
        self._at_once = at_once
        self._trying = False  # the one attempt that a breaker allows is ours
        self._limit = BATCH

    def run(self, seconds: float = 20) -> Counter[str]:
        """Works until nothing is due, LangFuse cannot be used, or the time is over."""
        end = time.monotonic() + seconds
        if OutboxEntry.objects.due().exists():
            with LangFuse() as langfuse:
                while time.monotonic() < end and self._may_ask() and self._work(langfuse):
                    pass
            if self._trying:
                Breaker.objects.give_back()
        OutboxEntry.objects.purge()
        return self.done

    def _may_ask(self) -> bool:
        """After a failure one entry is tried, and ever more while that goes well."""
        breaker, at_once = Breaker.objects.load(), self._at_once
        self._at_once = False
        if breaker.failures:
            self._limit = 1
        if breaker.state == Breaker.State.CLOSED or self._trying:
            return True
        if breaker.state == Breaker.State.OPEN and not at_once:
            return False
        self._trying = breaker.start_trial(lease())
        return self._trying

    def _work(self, langfuse: LangFuse) -> bool:
        """Whether there may be more to do. What was sent is looked for first, and a LangFuse that cannot say what it
        has is sent nothing more: it may be losing all it takes.
        """
        found = 0
        try:
            for state, work in ((State.SENT, look), (State.WAITING, send)):
                answers = langfuse.answers
                with Claimed(state, self._limit, self.done) as claimed:
                    found += claimed.number
                    work(langfuse, claimed)
                if langfuse.answers > answers:  # and not only scores whose traces still wait
                    self._trying = False
                    Breaker.objects.succeeded()
                    self._limit = min(BATCH, self._limit * 2)
        except LangFuseError as error:
            log.warning("LangFuse: %s", error)
            self._trying = False
            Breaker.objects.failed(str(error), whole=error.whole, retry_after=error.retry_after)
            return state == State.WAITING
        return found > 0
