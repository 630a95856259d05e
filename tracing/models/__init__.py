"""What happened: traces, their observations and scores, and what still has to reach LangFuse."""

from tracing.models.breaker import Breaker, RelayTotals
from tracing.models.outbox import Depth, OutboxEntry
from tracing.models.prices import ModelPrice, validate_pattern
from tracing.models.prompts import Prompt, PromptVersion
from tracing.models.pruning import Pruning
from tracing.models.traces import Delivery, Level, Observation, ObservationType, Score, Trace

__all__ = [
    "Breaker",
    "Delivery",
    "Depth",
    "Level",
    "ModelPrice",
    "Observation",
    "ObservationType",
    "OutboxEntry",
    "Prompt",
    "PromptVersion",
    "Pruning",
    "RelayTotals",
    "Score",
    "Trace",
    "validate_pattern",
]
