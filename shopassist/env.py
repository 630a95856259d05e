"""Typed reading of the environment; only settings.py uses it."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


def text(*names: str, default: str = "") -> str:
    """The first of the names that is set and not empty."""
    for name in names:
        if value := os.environ.get(name, "").strip():
            return value
    return default


def flag(*names: str, default: bool = False) -> bool:
    value = text(*names).lower()
    if not value:
        return default
    if value in YES | NO:
        return value in YES
    raise ImproperlyConfigured(f"{names[0]}={value!r} is neither true nor false.")


def choice(name: str, default: str, options: set[str]) -> str:
    value = text(name, default=default)
    if value.lower() not in {option.lower() for option in options}:
        raise ImproperlyConfigured(f"{name}={value!r} is none of {', '.join(sorted(options))}.")
    return value


def number(name: str, default: float) -> float:
    value = text(name)
    try:
        return float(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is no number.") from None


def integer(name: str, default: int) -> int:
    value = number(name, default)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}={value!r} is no whole number.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default=default).split(",") if word.strip()]


def secret(name: str) -> str:
    """The value of NAME, or the content of the file that NAME_FILE names."""
    if path := text(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error}.") from error
    return text(name)
