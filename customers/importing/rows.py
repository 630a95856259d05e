"""One row's texts as the values of its staging table, or the reason why they are none."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import timezone

from customers.importing.reading import Row
from customers.querysets import CENT
from customers.sentiment import combined, read_words

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
AMERICAN_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
LARGEST_QUANTITY = 2_147_483_647
LARGEST_PRICE = Decimal("9999999999.99")
FIRST_YEAR = 1900

Values = Sequence[str | int | float | Decimal | datetime | list[str] | None]


class BadRow(Exception):
    """Its text is the reason, the same for all rows with this fault, so that they can be counted."""


def check(row: Row, columns: int) -> None:
    """Raises BadRow for what no field can be read from."""
    if row.problem:
        raise BadRow(row.problem)
    if len(row.cells) > columns:
        raise BadRow("more columns than the header")
    text = "".join(row.cells)
    if "\0" in text:
        raise BadRow("a NUL byte")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BadRow("broken UTF-8") from error


def purchase(texts: dict[str, str]) -> Values:
    return (
        identity(texts, "transaction_id"),
        identity(texts, "customer_id"),
        name(texts, "customer_name", 200),
        identity(texts, "product_id"),
        name(texts, "product_name", 300),
        name(texts, "product_category", 200),
        quantity(texts.get("quantity", "")),
        price(texts.get("price", "")),
        moment(texts, "purchased_at"),
        name(texts, "country", 100),
    )


def product(texts: dict[str, str]) -> Values:
    return (
        identity(texts, "product_id"),
        name(texts, "product_name", 300),
        name(texts, "product_category", 200) or name(texts, "derived_category", 200),
        name(texts, "brand", 100),
        price(texts.get("price", "")),
    )


def review(texts: dict[str, str]) -> Values:
    words, stars = texts.get("text", "").strip(), rating(texts.get("rating", ""))
    if not words and stars is None:
        raise BadRow("a review of neither words nor stars")
    reading = read_words(words)
    return (
        identity(texts, "review_id"),
        identity(texts, "customer_id", required=False),
        identity(texts, "product_id"),
        stars,
        words,
        moment(texts, "reviewed_at"),
        combined(reading.words, stars),
        reading.aspects,
    )


PARSERS = {"purchases": purchase, "products": product, "reviews": review}


def identity(texts: dict[str, str], field: str, *, required: bool = True) -> str:
    text = texts.get(field, "").strip()
    if required and not text:
        raise BadRow(f"no {field}")
    if len(text) > 64:
        raise BadRow(f"{field} is longer than 64 characters")
    return text


def name(texts: dict[str, str], field: str, longest: int) -> str:
    text = _single_spaced(texts.get(field, ""))
    if len(text) > longest:
        raise BadRow(f"{field} is longer than {longest} characters")
    return text


@lru_cache(maxsize=10_000)
def _single_spaced(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


@lru_cache(maxsize=1000)
def quantity(text: str) -> int:
    """1 where the file says nothing."""
    number = _number(text, "quantity is no whole number")
    if number is None:
        return 1
    if number != number.to_integral_value():
        raise BadRow("quantity is no whole number")
    if not 0 < number <= LARGEST_QUANTITY:
        raise BadRow("quantity is not above 0" if number <= 0 else "quantity is too large")
    return int(number)


@lru_cache(maxsize=10_000)
def price(text: str) -> Decimal | None:
    """To the cent; None where the file says nothing."""
    number = _number(text, "price is no number")
    if number is None:
        return None
    if number < 0:
        raise BadRow("price is negative")
    if number > LARGEST_PRICE:
        raise BadRow("price is too large")
    return number.quantize(CENT, ROUND_HALF_UP)


def rating(text: str) -> float | None:
    stars = _number(text, "rating is no number")
    if stars is not None and not 1 <= stars <= 5:
        raise BadRow("rating is not from 1 to 5")
    return None if stars is None else float(stars)


def _number(text: str, problem: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    if len(text) > 40 or not NUMBER.fullmatch(text):
        raise BadRow(problem)
    return Decimal(text)


def moment(texts: dict[str, str], field: str) -> datetime | None:
    """ISO 8601 or M/D/YYYY, in the shop's time zone unless the text has one."""
    text = texts.get(field, "").strip()
    if not text:
        return None
    found = _read_moment(text, timezone.get_default_timezone())
    if found is None:
        raise BadRow(f"{field} is no possible date")
    if found > datetime.now(UTC) + timedelta(days=1):  # a day for clocks of other time zones
        raise BadRow(f"{field} lies in the future")
    return found


@lru_cache(maxsize=10_000)
def _read_moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        if american := AMERICAN_DATE.fullmatch(text):
            month, day, year, hour, minute, second = (int(part or 0) for part in american.groups())
            found = datetime(year, month, day, hour, minute, second)
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= found.year <= 9000:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
