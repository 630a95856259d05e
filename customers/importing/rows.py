"""A field's text as it is staged, or the reason why the row is none."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from customers.importing.reading import Row
from customers.querysets import CENT
from customers.sentiment import combined, read_words

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
AMERICAN_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", re.ASCII)
LARGEST_QUANTITY = 2_147_483_647
LARGEST_PRICE = Decimal("9999999999.99")
FIRST_YEAR = 1900
NULL = "\\N"  # of COPY
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Parser = Callable[[str], str]  # to COPY's text; raises BadRow


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


def identity(field: str, *, required: bool = True) -> Parser:
    def parse(text: str) -> str:
        if text.isalnum() and len(text) <= 64:  # most are
            return text
        text = text.strip()
        if required and not text:
            raise BadRow(f"no {field}")
        if len(text) > 64:
            raise BadRow(f"{field} is longer than 64 characters")
        return text.translate(ESCAPES)

    return parse


def name(field: str, longest: int) -> Parser:
    def parse(text: str) -> str:
        text = unicodedata.normalize("NFC", " ".join(text.split()))
        if len(text) > longest:
            raise BadRow(f"{field} is longer than {longest} characters")
        return text.translate(ESCAPES)

    return parse


def words(text: str) -> str:
    return text.strip().translate(ESCAPES)


def quantity(text: str) -> str:
    """1 where the file says nothing."""
    number = _number(text, "quantity is no whole number")
    if number is None:
        return "1"
    if number != number.to_integral_value():
        raise BadRow("quantity is no whole number")
    if not 0 < number <= LARGEST_QUANTITY:
        raise BadRow("quantity is not above 0" if number <= 0 else "quantity is too large")
    return str(int(number))


def price(text: str) -> str:
    """To the cent."""
    number = _number(text, "price is no number")
    if number is None:
        return NULL
    if number < 0:
        raise BadRow("price is negative")
    if number > LARGEST_PRICE:
        raise BadRow("price is too large")
    return str(number.quantize(CENT, ROUND_HALF_UP))


def rating(text: str) -> str:
    stars = _number(text, "rating is no number")
    if stars is not None and not 1 <= stars <= 5:
        raise BadRow("rating is not from 1 to 5")
    return NULL if stars is None else str(stars)


def _number(text: str, problem: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    if len(text) > 40 or not NUMBER.fullmatch(text):
        raise BadRow(problem)
    return Decimal(text)


def moment(field: str) -> Parser:
    """ISO 8601 or M/D/YYYY, in the shop's time zone unless the text has one."""
    shops = timezone.get_default_timezone()
    zone = UTC if str(shops) == "UTC" else shops
    latest = datetime.now(UTC) + timedelta(days=1)  # a day for clocks of other time zones
    latest_here = latest.astimezone(zone).replace(tzinfo=None)

    def parse(text: str) -> str:
        text = text.strip()
        if not text:
            return NULL
        try:
            found = _read_moment(text)
        except ValueError as error:
            raise BadRow(f"{field} is no possible date") from error
        if not FIRST_YEAR <= found.year <= 9000:
            raise BadRow(f"{field} is no possible date")
        if found > (latest if found.tzinfo else latest_here):
            raise BadRow(f"{field} lies in the future")
        if zone is UTC and PLAIN_TIME.fullmatch(text):  # the usual ones, in half the time
            return text + "Z"
        return str(found if found.tzinfo else found.replace(tzinfo=zone))

    return parse


def _read_moment(text: str) -> datetime:
    american = AMERICAN_DATE.fullmatch(text) if "/" in text else None
    if not american:
        return datetime.fromisoformat(text)
    month, day, year, hour, minute, second = (int(part or 0) for part in american.groups())
    return datetime(year, month, day, hour, minute, second)


def judged(text: str, stars: "str | BadRow") -> "str | BadRow":
    """Two columns, the sentiment and the aspects, of a review's words as in the file and its stars as staged."""
    if isinstance(stars, BadRow):
        return stars
    if not text.strip() and stars == NULL:
        return BadRow("a review of neither words nor stars")
    reading = read_words(text.strip())
    sentiment = combined(reading.words, None if stars == NULL else float(stars))
    return f"{sentiment}\t{{{','.join(reading.aspects)}}}"


def parsers(kind: str) -> dict[str, Parser]:
    """By the file's field, in the order of the staging table's columns."""
    fields = {
        "products": {
            "product_id": identity("product_id"),
            "product_name": name("product_name", 300),
            "product_category": name("product_category", 200),
            "derived_category": name("derived_category", 200),
            "brand": name("brand", 100),
            "price": price,
        },
        "purchases": {
            "transaction_id": identity("transaction_id"),
            "customer_id": identity("customer_id"),
            "customer_name": name("customer_name", 200),
            "product_id": identity("product_id"),
            "product_name": name("product_name", 300),
            "product_category": name("product_category", 200),
            "quantity": quantity,
            "price": price,
            "purchased_at": moment("purchased_at"),
            "country": name("country", 100),
        },
        "reviews": {
            "review_id": identity("review_id"),
            "customer_id": identity("customer_id", required=False),
            "product_id": identity("product_id"),
            "rating": rating,
            "text": words,
            "reviewed_at": moment("reviewed_at"),
        },
    }
    return fields[kind]
