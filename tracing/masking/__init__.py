"""Personal data out of what is stored and sent, by one function: names, e-mail and postal addresses, phone, card and
IBAN numbers. A file a kind.
"""

import hmac
import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import overload

from django.conf import settings

from tracing.masking import introductions
from tracing.masking.addresses import mask_addresses
from tracing.masking.names import Names, Piece, names_to_mask
from tracing.masking.numbers import mask_emails, mask_numbers
from tracing.masking.words import words_of
from tracing.plain import Json

__all__ = ["introduced_names", "mask", "mask_identifier", "mask_text", "personal_in", "pseudonym"]

OFTEN = 1_000  # characters; shorter text comes again and again: keys, agents, categories, products, prompts


@overload
def mask(value: dict[str, Json], names: Sequence[str] = ()) -> dict[str, Json]: ...
@overload
def mask(value: Json, names: Sequence[str] = ()) -> Json: ...
def mask(value: Json, names: Sequence[str] = ()) -> Json:
    """The same JSON with "[name]", "[email]", "[phone]", "[card]", "[iban]", "[address]" for what it should not tell.

    `names` are the people that may occur in it; those that a text introduces are found there. Keys of mappings are
    masked too; numbers are left alone.
    """
    return _masked(value, names_to_mask(tuple(names)))


def mask_text(text: str, names: Sequence[str] = ()) -> str:
    return _masked_text(text, names_to_mask(tuple(names)))


def introduced_names(value: Json) -> list[str]:
    """The whole names of people that its texts introduce, as in "my name is …" and "Dear Mr …"."""
    if isinstance(value, str):
        small = value.lower()
        return introductions.introduced_names(value, small, words_of(small))
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return [name for part in inner for name in introduced_names(part)]
    return []


def personal_in(value: Json) -> list[str]:
    """Names that its texts introduce, and e-mail addresses, numbers and addresses in them: to be given as names where
    the same may stand in other words, as in what was read from a question.
    """
    if isinstance(value, str):
        found: list[str] = introduced_names(value)
        small = value.lower()

        def taken(kind: str, piece: str) -> str:
            if re.search(r"\w", piece):
                found.append(Piece(piece))
            return marked(kind, piece)

        mask_numbers(mask_emails(mask_addresses(value, small, words_of(small), taken), taken), taken)
        return found
    if isinstance(value, list | dict):
        return [piece for part in (value.values() if isinstance(value, dict) else value) for piece in personal_in(part)]
    return []


def mask_identifier(text: str) -> str:
    """What a caller uses to tell sessions or people apart: itself, or a pseudonym where it tells of a person."""
    return text if mask_text(text) == text else pseudonym(text)


def pseudonym(text: str) -> str:
    """32 hex digits that stand for `text`: always the same here, and nothing to a reader without our key."""
    return hmac.new(settings.PSEUDONYM_KEY.encode(), text.encode(), sha256).hexdigest()[:32]


def marked(kind: str, piece: str) -> str:
    return f"[{kind}]"


def _masked(value: Json, names: Names | None) -> Json:
    if isinstance(value, str):
        return _masked_text(value, names)
    if isinstance(value, list):
        return [_masked(inner, names) for inner in value]
    if isinstance(value, dict):
        masked: dict[str, Json] = {}
        for key, inner in value.items():
            shown = _masked_text(key, names)
            if shown in masked:  # two people in one mapping
                shown = f"{shown} ({len(masked) + 1})"
            masked[shown] = _masked(inner, names)
        return masked
    return value


def _masked_text(text: str, names: Names | None) -> str:
    return _masked_short(text, names) if len(text) <= OFTEN else _masked_anew(text, names)


def _masked_anew(text: str, names: Names | None) -> str:
    introduced = None
    if " " in text or not text.isascii():  # else it is one word
        small = text.lower()
        words = words_of(small)
        introduced = introductions.introduced_names(text, small, words)
        text = mask_addresses(text, small, words, marked)
    text = mask_numbers(mask_emails(text, marked), marked)
    if introduced and (found := names_to_mask(tuple(introduced))):
        text = found.masked(text)
    return names.masked(text) if names else text


_masked_short = lru_cache(maxsize=4096)(_masked_anew)
