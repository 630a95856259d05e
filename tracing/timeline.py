"""A trace's observations as a waterfall: a row for each, with where and how wide its bar is."""

from dataclasses import dataclass

from tracing.models import Level, Observation, ObservationType, Trace
from tracing.observations import Seen, seen_of
from tracing.tree import Branch, branches

ROWS = 500
DEEPEST = 12  # steps of indentation
READ_AT_ONCE = 60  # observations whose inputs and outputs come with the page; of more, each when it is opened
BODIES = ("input", "output", "metadata", "model_parameters")
TROUBLE = (Level.WARNING, Level.ERROR)
TICKS = 4


@dataclass(frozen=True)
class Row:
    observation: Observation
    depth: int
    offset_ms: float  # from the trace's start
    left: float  # percent of the whole
    width: float
    opens: bool  # whether the next row is below it
    closes: range  # how many lists end with it
    seen: Seen | None  # None: is read when it is opened

    @property
    def in_trouble(self) -> bool:
        return self.observation.level in TROUBLE

    @property
    def is_model_call(self) -> bool:
        return self.observation.type == ObservationType.GENERATION

    @property
    def tokens(self) -> str:
        usage = self.observation.usage
        return f"{usage.get('input', 0):,} + {usage.get('output', 0):,} tokens" if usage else ""

    @property
    def cost(self) -> str:
        return f"{self.observation.cost.normalize():f}" if self.observation.cost else ""


@dataclass(frozen=True)
class Timeline:
    rows: list[Row]
    hidden: int  # observations that are not shown
    ticks: list[tuple[int, str]]  # percent, time

    @property
    def types(self) -> list[str]:
        """That occur, in the order in which they do."""
        return list(dict.fromkeys(row.observation.type for row in self.rows))

    @property
    def troubles(self) -> int:
        return sum(row.in_trouble for row in self.rows)

    @property
    def model_calls(self) -> int:
        return sum(row.is_model_call for row in self.rows)


def timeline_of(trace: Trace) -> Timeline:
    """At most three queries. Of very many observations the first are shown."""
    observations = trace.observations.all()
    at_once = trace.observations.count() <= READ_AT_ONCE
    found = branches(trace, observations if at_once else observations.defer(*BODIES))
    shown = found[:ROWS]
    whole = max([trace.duration_ms, *(b.offset_ms + b.observation.duration_ms for b in found)], default=0) or 1
    bodies = seen_of([branch.observation for branch in shown]) if at_once else [None] * len(shown)
    depths = [min(branch.depth, DEEPEST) for branch in shown]
    rows = [
        _row(branch, whole, depth, following, seen)
        for branch, depth, following, seen in zip(shown, depths, [*depths[1:], 0], bodies, strict=False)
    ]
    ticks = [(100 * tick // TICKS, shown_ms(whole * tick / TICKS)) for tick in range(TICKS + 1)]
    return Timeline(rows, len(found) - len(shown), ticks)


def _row(branch: Branch, whole: float, depth: int, following: int, seen: Seen | None) -> Row:
    left = min(max(branch.offset_ms / whole, 0), 1)
    return Row(
        observation=branch.observation,
        depth=depth,
        offset_ms=branch.offset_ms,
        left=round(100 * left, 3),
        width=round(100 * min(branch.observation.duration_ms / whole, 1 - left), 3),
        opens=following > depth,
        closes=range(max(0, depth - following)),
        seen=seen,
    )


def shown_ms(ms: float) -> str:
    """In the unit that people read best."""
    if not ms:
        return "0"
    if ms >= 60_000:
        return f"{ms / 60_000:.1f} min"
    if ms >= 1_000:
        return f"{ms / 1_000:.2f} s"
    return f"{ms:.0f} ms" if ms >= 100 else f"{ms:.1f} ms"
