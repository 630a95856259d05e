"""What happened: traces, their observations and scores, and what still has to reach LangFuse."""

from tracing.models.outbox import Depth, OutboxEntry
from tracing.models.prices import ModelPrice, validate_pattern
from tracing.models.prompts import Prompt, PromptVersion
from tracing.models.pruning import Pruning
from tracing.models.traces import Delivery, Level, Observation, ObservationType, Score, Trace

__all__ = [
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
    "Score",
    "Trace",
    "validate_pattern",
]
