"""Any value as plain JSON that PostgreSQL and LangFuse both keep."""

import dataclasses
import json
import math
import re
from collections.abc import Mapping, Sequence, Set
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from itertools import islice
from pathlib import PurePath
from typing import Any
from uuid import UUID

LIMIT = 100_000  # characters of JSON that one input, output or metadata value may have
ITEMS = 2_000  # entries of one list or mapping
DEPTH = 12

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

# PostgreSQL keeps neither NUL nor half a surrogate pair in text.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def plain(value: Any, depth: int = DEPTH) -> Json:
    """The value as JSON: money, times and ids as text, NaN and infinities as text, other objects as `<Type>`.

    Nothing is asked of unknown objects, because `str()` of a model may run a query. What is too long, too deep
    or too many is cut, and says so.
    """
    kind = type(value)  # most values are plain already, and looking for their converter takes longer than all else
    if kind is str and len(value) <= LIMIT and value.isprintable():
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return _mapping(value, depth)
    if kind is list:
        return _sequence(value, depth)
    if value is None or kind is bool or (kind is float and math.isfinite(value)):
        return value  # type: ignore[no-any-return]
    return _converted(value, depth)


@singledispatch
def _converted(value: Any, depth: int = DEPTH) -> Json:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in dataclasses.fields(value)}, depth)
    for convert in ("model_dump", "tolist"):  # pydantic's models (LangChain's messages), numpy's arrays
        if callable(method := getattr(value, convert, None)) and not isinstance(value, type):
            return plain(method(), depth - 1)
    return f"<{type(value).__name__}>"


@_converted.register(type(None))
@_converted.register(bool)
def _(value: bool | None, depth: int = DEPTH) -> Json:
    return value


@_converted.register
def _(value: str, depth: int = DEPTH) -> Json:
    return cut(clean(value), 2 * LIMIT)


@_converted.register
def _(value: int, depth: int = DEPTH) -> Json:
    return int(value) if value.bit_length() <= 64 else f"<int of {value.bit_length()} bits>"


@_converted.register
def _(value: float, depth: int = DEPTH) -> Json:
    return float(value) if math.isfinite(value) else str(float(value))


@_converted.register(date)
@_converted.register(time)
def _(value: date | time, depth: int = DEPTH) -> Json:
    return value.isoformat()


@_converted.register(Decimal)
@_converted.register(UUID)
@_converted.register(PurePath)
@_converted.register(timedelta)
def _(value: object, depth: int = DEPTH) -> Json:
    return clean(str(value))


@_converted.register
def _(value: BaseException, depth: int = DEPTH) -> Json:
    return described(value)


@_converted.register
def _(value: Enum, depth: int = DEPTH) -> Json:
    return plain(value.value, depth)


@_converted.register(Mapping)
def _mapping(value: Mapping[Any, Any], depth: int = DEPTH) -> Json:
    if depth <= 0:
        return "…"
    shown: dict[str, Json] = {
        str(plain(key, 1)): plain(inner, depth - 1)
        for key, inner in (value.items() if len(value) <= ITEMS else islice(value.items(), ITEMS))
    }
    if len(value) > ITEMS:
        shown["…"] = f"{len(value) - ITEMS} more"
    return shown


@_converted.register(list)
@_converted.register(tuple)
def _sequence(value: Sequence[Any], depth: int = DEPTH) -> Json:
    if depth <= 0:
        return "…"
    shown = [plain(inner, depth - 1) for inner in value[:ITEMS]]
    if len(value) > ITEMS:
        shown.append(f"… {len(value) - ITEMS} more")
    return shown


@_converted.register(set)
@_converted.register(frozenset)
def _(value: Set[Any], depth: int = DEPTH) -> Json:
    return plain(sorted((plain(inner, depth - 1) for inner in value), key=str), depth)


def clean(text: str) -> str:
    return UNSTORABLE.sub("\ufffd", text) if UNSTORABLE.search(text) else text


def cut(text: str, limit: int = LIMIT) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… [cut, {len(text):,} characters]"


def cut_json(value: Json, limit: int = LIMIT) -> Json:
    """The value itself, or the beginning of its JSON as text if that is longer than `limit`."""
    text = value if isinstance(value, str) else as_text(value)
    return value if len(text) <= limit else cut(text, limit)


def as_text(value: Json) -> str:
    """What goes into an attribute: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)


def described(error: BaseException) -> str:
    text = clean(str(error))
    return cut(f"{type(error).__name__}: {text}" if text else type(error).__name__, 2_000)
