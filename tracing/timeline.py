"""A trace's tree as the admin shows it: a bar for each observation, and what it saw, ready for a template."""

import json
from dataclasses import dataclass

from tracing.models import Observation, Trace
from tracing.plain import Json, cut
from tracing.tree import Branch, branches

ROWS = 500
SHOWN = 20_000  # characters of one input or output
DEEPEST = 12  # steps of indentation


@dataclass(frozen=True)
class Row:
    observation: Observation
    indent: int
    offset_ms: float
    left: str
    width: str
    details: list[tuple[str, str]]

    @property
    def tokens(self) -> str:
        usage = self.observation.usage
        return f"{usage.get('input', 0)} + {usage.get('output', 0)}" if usage else ""

    @property
    def cost(self) -> str:
        return f"{self.observation.cost.normalize():f}" if self.observation.cost else ""


@dataclass(frozen=True)
class Timeline:
    rows: list[Row]
    hidden: int


def timeline_of(trace: Trace) -> Timeline:
    """One query. Of very many observations the first are shown."""
    found = branches(trace)
    whole = max([trace.duration_ms, *(b.offset_ms + b.observation.duration_ms for b in found)], default=0) or 1
    return Timeline([_row(branch, whole) for branch in found[:ROWS]], max(0, len(found) - ROWS))


def _row(branch: Branch, whole: float) -> Row:
    seen = branch.observation
    left = min(max(branch.offset_ms / whole, 0), 1)
    width = min(seen.duration_ms / whole, 1 - left)
    return Row(
        observation=seen,
        indent=min(branch.depth, DEEPEST),
        offset_ms=branch.offset_ms,
        left=f"{left:.2%}",
        width=f"{width:.2%}",
        details=list(_details(seen)),
    )


def _details(seen: Observation) -> list[tuple[str, str]]:
    prompt = f"{seen.prompt_name} v{seen.prompt_version}" if seen.prompt_name else ""
    told: list[tuple[str, Json]] = [
        ("Message", seen.status_message),
        ("Input", seen.input),
        ("Output", seen.output),
        ("Metadata", seen.metadata),
        ("Model", seen.model),
        ("Parameters", seen.model_parameters),
        ("Prompt", prompt),
        ("Usage", seen.usage),
        ("Span", seen.span_id),
    ]
    return [(label, _readable(value)) for label, value in told if value not in (None, "", {})]


def _readable(value: Json) -> str:
    return cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2), SHOWN)
