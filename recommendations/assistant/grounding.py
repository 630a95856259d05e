"""Whether an answer says only what its facts say."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tracing.masking import mask_text

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
AMOUNT = re.compile(r"[$€£¥₹]\s?(\d+(?:[.,]\d+)*)")
EMPHASISED = re.compile(r"\*\*([^*\n]{2,80})\*\*|“([^”\n]{2,80})”|\"([^\"\n]{2,80})\"")
ADDRESS = re.compile(r"https?://|www\.|\S@\S|<[a-zA-Z/!]", re.IGNORECASE)
LONGEST = 2_000  # characters


def unfounded(answer: str, payload: Mapping[str, Any]) -> list[str]:
    """What speaks against showing the answer, one sentence each; empty where nothing does.

    It checks products, prices and counts: each number has to stand in the facts or the question, an amount
    beside a product has to be its price, at least one product of the list has to be named, and whatever is
    emphasised or quoted has to be known. Qualities that are neither are not checked.
    """
    return list(_complaints(answer, payload["facts"], str(payload["question"])))


def _complaints(answer: str, facts: Mapping[str, Any], question: str) -> Iterator[str]:
    if len(answer) > LONGEST:
        yield f"it has {len(answer)} characters, more than {LONGEST}"
    if found := ADDRESS.search(answer):
        yield f"it holds an address or markup: {found.group()}"
    if (masked := mask_text(answer)) != answer:  # what is complained of is told without its marks
        yield "it tells somebody's name, number or address"
        answer = masked
    known = json.dumps(facts, ensure_ascii=False)
    products = facts.get("products", [])
    numbers = set(_numbers(known + " " + question)) | {
        Decimal(rank).normalize() for rank in range(1, len(products) + 1)
    }
    for number in _numbers(answer):
        if number not in numbers:
            yield f"the number {number} is not in the facts"
    for groups in EMPHASISED.findall(answer):
        name = next(filter(None, groups))
        if name.strip(" .,:;!?").casefold() not in (known + question).casefold():
            yield f"“{name}” is not in the facts"
    yield from _wrong_prices(answer, products, facts)


def _wrong_prices(answer: str, products: list[dict[str, Any]], facts: Mapping[str, Any]) -> Iterator[str]:
    named = list(_named(answer.casefold(), products))
    if products and not named:
        yield "it names none of the products"
    limits = set(_numbers(str(facts.get("searched_for", "")) + " ".join(facts.get("notes", []))))
    ends = [start for start, _ in named[1:]] + [len(answer)]
    for (start, item), end in zip(named, ends, strict=False):
        price = set(_numbers(item["price"] or ""))
        for amount in AMOUNT.findall(answer[start + len(item["name"]) : end]):
            if _decimal(amount) not in price | limits:
                yield f"{item['name']} does not cost {amount}"


def _named(said: str, products: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Where products are named, in order. A name inside a longer one is not named by it."""
    longest_first = sorted(products, key=lambda item: -len(item["name"]))
    taken: list[tuple[int, int, dict[str, Any]]] = []
    for item in longest_first:
        for found in re.finditer(re.escape(item["name"].casefold()), said):
            if not any(start < found.end() and found.start() < end for start, end, _ in taken):
                taken.append((*found.span(), item))
    return ((start, item) for start, _, item in sorted(taken, key=lambda place: place[0]))


def _numbers(text: str) -> Iterator[Decimal]:
    return (_decimal(number) for number in NUMBER.findall(text))


def _decimal(written: str) -> Decimal:
    """`1,234.50`, `1.234,50` and `1234.5` are the same number; `1,234` is a thousand."""
    head, mark, tail = written.rpartition("," if written.rfind(",") > written.rfind(".") else ".")
    if not mark or (mark == "," and len(tail) == 3):
        return Decimal(re.sub(r"[.,]", "", written)).normalize()
    return Decimal(f"{re.sub(r'[.,]', '', head)}.{tail}").normalize()
