"""Libraries that only the comparison needs."""

from importlib import import_module
from types import ModuleType


class ExtraMissing(Exception):
    """A peer's library is not installed. The text says how to install it."""


def implicit_module(name: str) -> ModuleType:
    try:
        return import_module(f"implicit.{name}")
    except ImportError as error:
        raise ExtraMissing(
            f"This peer is the one of the library implicit, which cannot be imported ({error}); "
            "it comes with the extra bench: pip install -e '.[bench]'"
        ) from error
