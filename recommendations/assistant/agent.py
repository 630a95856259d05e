"""What makes a function an agent: a node of the graph and one observation of the trace."""

from collections.abc import Callable
from functools import wraps
from typing import Protocol

from recommendations.assistant.state import State
from tracing.spans import Observing, observe

Work = Callable[[State, Observing], State]


class Node(Protocol):
    __name__: str

    def __call__(self, state: State) -> State: ...


def agent(kind: str = "agent") -> Callable[[Work], Node]:
    """`kind` is LangFuse's observation type. The function gets the state and its own observation."""

    def decorate(work: Work) -> Node:
        @wraps(work)
        def node(state: State) -> State:
            with observe(work.__name__, kind) as seen:
                return work(state, seen)

        return node

    return decorate
