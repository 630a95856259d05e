"""The test trace and its score."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from tracing.encoding import score_body, spans_body
from tracing.models import Observation, ObservationType, Score, Trace

NAME = "ShopAssist doctor"  # by which people recognise what was not deleted


@dataclass(frozen=True)
class Sent:
    """Nothing of it is stored here."""

    trace: Trace
    root: Observation
    call: Observation
    score: Score

    @property
    def bodies(self) -> dict[str, bytes]:
        return {
            "trace": spans_body(self.trace, [self.root, self.call]),
            "score": score_body(self.score, self.trace),
        }


def a_test() -> Sent:
    """A root and a call of a model, judged."""
    trace = Trace(
        trace_id=uuid.uuid4().hex,
        name=NAME,
        user_pseudonym="doctor",
        session_id="doctor",
        environment=settings.LANGFUSE_ENVIRONMENT.lower()[:40],
        release=settings.LANGFUSE_RELEASE,
        tags=["doctor"],
        started_at=timezone.now(),
        duration_ms=2,
    )
    root = Observation(position=0, span_id=new_span_id(), name=NAME, started_at=trace.started_at, duration_ms=2)
    call = Observation(
        position=1,
        span_id=new_span_id(),
        parent_span_id=root.span_id,
        name="a model call",
        type=ObservationType.GENERATION,
        model="doctor",
        usage={"input": 3, "output": 2, "total": 5},
        cost=Decimal("0.25"),
        started_at=trace.started_at + timedelta(milliseconds=1),
        duration_ms=1,
    )
    score = Score(trace=trace, name="doctor", value=1, comment=NAME, created_at=trace.started_at)
    return Sent(trace, root, call, score)


def new_span_id() -> str:
    return uuid.uuid4().hex[:16]
