"""Typed reading of the environment; only settings.py uses it."""

import math
import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}

asked: set[str] = set()  # every name that was looked up, for telling which variables nothing reads


def text(*names: str, default: str = "") -> str:
    """The first of the names that is set and not empty."""
    asked.update(names)
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
        read = float(value) if value else default
    except ValueError:
        read = math.nan
    if not math.isfinite(read):
        raise ImproperlyConfigured(f"{name}={value!r} is no number.")
    return read


def share(name: str, default: float) -> float:
    value = number(name, default)
    if not 0 <= value <= 1:
        raise ImproperlyConfigured(f"{name}={value:g} is no share from 0 to 1.")
    return value


def integer(name: str, default: int) -> int:
    value = number(name, default)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}={value!r} is no whole number.")
    return int(value)


def matching(name: str, pattern: str, example: str, default: str = "") -> str:
    """Empty, or text of this shape."""
    value = text(name, default=default)
    if value and not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name}={value!r} is not of the form {example}.")
    return value


def address(value: str, name: str, *schemes: str) -> str:
    """The value, if it is empty or a URL with one of these schemes. It may hold a password, so it is not shown."""
    if value and not re.match(rf"(?:{'|'.join(schemes)})://\S", value):
        raise ImproperlyConfigured(f"{name} has to begin with {' or '.join(f'{each}://' for each in schemes)}.")
    return value


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
