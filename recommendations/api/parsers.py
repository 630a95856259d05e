"""JSON as the database can hold it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class TextJSONParser(JSONParser):
    """Refuses texts that are no text: NUL and halves of surrogate pairs, which JSON can write and PostgreSQL cannot."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            broken = not all(is_text(text) for text in _texts(data))
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        if broken:
            raise ParseError("A text holds a NUL or half a surrogate pair.")
        return data


def is_text(text: str) -> bool:
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield name
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
