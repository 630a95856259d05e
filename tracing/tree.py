"""A trace's observations as the tree they are, with times: for pages, and as text for the shell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracing.models import Level, Observation, ObservationType, Trace
from tracing.plain import cut

MESSAGE = 200  # characters of a message in a line


@dataclass(frozen=True)
class Branch:
    """An observation in its place. `lasts`: for each step down to it, whether it was the last of its siblings."""

    observation: Observation
    lasts: tuple[bool, ...]
    offset_ms: float  # from the trace's start

    @property
    def depth(self) -> int:
        return len(self.lasts)


def branches(trace: Trace, found: Iterable[Observation] | None = None) -> list[Branch]:
    """Depth first, in order of start; one query. What has lost its parent hangs on the root.

    `found`: the trace's observations, where they were asked for already.
    """
    observations = list(trace.observations.all() if found is None else found)
    known = {observation.span_id for observation in observations[1:]} | {o.span_id for o in observations[:1]}
    below: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations[1:]:
        parent = observation.parent_span_id
        below[parent if parent in known else observations[0].span_id].append(observation)
    return [
        Branch(observation, lasts, (observation.started_at - trace.started_at).total_seconds() * 1_000)
        for observation, lasts in _walk(observations[:1], below)
    ]


def _walk(
    roots: list[Observation], below: dict[str, list[Observation]]
) -> Iterator[tuple[Observation, tuple[bool, ...]]]:
    """Without recursion: a chain of observations may be longer than Python's stack."""
    pending: list[tuple[Observation, tuple[bool, ...]]] = [(root, ()) for root in reversed(roots)]
    while pending:
        observation, lasts = pending.pop()
        yield observation, lasts
        children = below.pop(observation.span_id, [])
        for place, child in reversed(list(enumerate(children, start=1))):
            pending.append((child, (*lasts, place == len(children))))


def tree_lines(trace: Trace) -> list[str]:
    """One line an observation: its place, name, type, start and duration, model, tokens, cost, and what went wrong."""
    return [_line(branch) for branch in branches(trace)]


def _line(branch: Branch) -> str:
    seen = branch.observation
    stem = "".join("   " if last else "│  " for last in branch.lasts[:-1])
    fork = ("└─ " if branch.lasts[-1] else "├─ ") if branch.lasts else ""
    parts = [f"{stem}{fork}{seen.name}", seen.type.lower(), f"at {branch.offset_ms:.1f} ms"]
    if seen.type != ObservationType.EVENT:
        parts.append(f"took {seen.duration_ms:.1f} ms")
    if seen.model:
        parts.append(seen.model)
    if seen.usage:
        parts.append(f"{seen.usage.get('input', 0)} + {seen.usage.get('output', 0)} tokens")
    if seen.cost:
        parts.append(f"costs {seen.cost.normalize():f}")
    if seen.level != Level.DEFAULT:
        parts.append(f"{seen.level}: {cut(seen.status_message, MESSAGE)}")
    return printable("  ".join(parts))


def printable(text: str) -> str:
    """On one line, and nothing that a terminal would obey."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
