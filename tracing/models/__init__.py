"""What happened: traces, their observations and scores, and what still has to reach LangFuse."""

from tracing.models.breaker import Breaker, RelayTotals
from tracing.models.outbox import Depth, OutboxEntry
from tracing.models.prices import ModelPrice, validate_pattern
from tracing.models.prompts import Prompt, PromptVersion
from tracing.models.pruning import Pruning
from tracing.models.rollups import CountedDay, ObservationCount, Recount, TraceCount, UsageCount
from tracing.models.traces import Delivery, Level, Observation, ObservationType, Score, Trace

__all__ = [
    "Breaker",
    "CountedDay",
    "Delivery",
    "Depth",
    "Level",
    "ModelPrice",
    "Observation",
    "ObservationCount",
    "ObservationType",
    "OutboxEntry",
    "Prompt",
    "PromptVersion",
    "Pruning",
    "Recount",
    "RelayTotals",
    "Score",
    "Trace",
    "TraceCount",
    "UsageCount",
    "validate_pattern",
]
