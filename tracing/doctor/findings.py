"""What a check says, and checks of other apps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """`title` never varies, so that docs/troubleshooting.md can quote it; `seen` is what was seen this time."""

    area: str
    state: State
    title: str
    seen: str = ""
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.state:8} {self.area:10} {self.title}{f': {self.seen}' if self.seen else ''}"


def ok(area: str, title: str, seen: str = "") -> Finding:
    return Finding(area, State.OK, title, seen)


def warning(area: str, title: str, seen: str, todo: str) -> Finding:
    return Finding(area, State.WARNING, title, seen, todo)


def problem(area: str, title: str, seen: str, todo: str) -> Finding:
    return Finding(area, State.PROBLEM, title, seen, todo)


Check = Callable[[], Iterable[Finding]]

also_checked: list[Check] = []


def also_check(check: Check) -> Check:
    """Decorator for checks of what tracing cannot know: an app's `ready()` imports them."""
    also_checked.append(check)
    return check
