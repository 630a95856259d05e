"""How well a shopper's words are read, on real searches whose words people labelled (QueryNER).

SHOPASSIST_DATA=… .venv/bin/python -m bench.search --only queryner

All figures are of dev; train lends the shop its brands and, where it says so, more price phrases. The labels know no
negation and no number wanted, so for these only false alarms are counted: a reading where no word calls for one.
"""

import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from recommendations.assistant.reading import Catalogue, read_question
from recommendations.assistant.text import fold
from recommendations.engine.constraints import Constraints
from recommendations.engine.heads import LINKS, head_of

THINGS = ("core_product_type", "product_name")
NO_NAME = LINKS | {"a", "an", "the", "and", "or", "&"}
NAMED = (*THINGS, "creator", "modifier", "material", "color", "shape", "UoM")  # what a search should look for
DAY = date(2026, 1, 1)
_DIGIT = re.compile(r"\d")
_NEGATING = {"without", "no", "not", "non", "free", "except", "but", "never", "minus"}


@dataclass(frozen=True)
class Query:
    text: str
    tokens: tuple[str, ...]
    labels: tuple[str, ...]  # without B- and I-; "" for none
    spans: tuple[tuple[str, str], ...]  # label and text

    def of(self, label: str) -> list[str]:
        return [text for name, text in self.spans if name == label]


def load(path: Path) -> list[Query]:
    written = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [_query(json.loads(line)) for line in written.splitlines()]


def _query(row: dict[str, Any]) -> Query:
    spans: list[tuple[str, list[str]]] = []
    before = "O"
    for token, label in zip(row["tokens"], row["labels"], strict=True):
        if label.startswith("B-") or (label != "O" and before == "O"):
            spans.append((label[2:], [token]))
        elif label != "O":
            spans[-1][1].append(token)
        before = label
    return Query(
        row["query"],
        tuple(row["tokens"]),
        tuple(label[2:] for label in row["labels"]),
        tuple((label, " ".join(words)) for label, words in spans),
    )


def measure(folder: Path) -> dict[str, Any]:
    """Every figure with its number of cases and, where there is one, its baseline's on the same cases."""
    dev, train = load(folder / "queryner" / "dev.jsonl"), load(folder / "queryner" / "train.jsonl.gz")
    shop = shop_of(train)
    read = [(query, reading(query.text, shop)) for query in dev]
    more = [(query, reading(query.text, shop)) for query in train if of_price(query) or _DIGIT.search(query.text)]
    return {
        "head": head(dev),
        "price": prices(read),
        "price_in_train": prices(more),
        "exclusions": false_alarms(read, lambda query: not _NEGATING & set(query.tokens), _excludes),
        "count": false_alarms(read, lambda query: not query.of("quantity"), lambda wanted: wanted.count is not None),
        "units": kept(read, ("UoM",), numbers_only=True),
        "words": kept(read, NAMED),
        "brands": brands(read, shop),
    }


def reading(text: str, shop: Catalogue) -> Constraints:
    return read_question(text, catalogue=shop, today=DAY).constraints


def head(queries: Iterable[Query]) -> dict[str, Any]:
    """How often the word said to name the thing is in a span labelled as one; the baseline takes the last word."""
    with_a_thing = [query for query in queries if set(THINGS) & set(query.labels)]
    ours = [query.labels[head_of([word.lower() for word in query.tokens])] in THINGS for query in with_a_thing]
    last = [query.labels[-1] in THINGS for query in with_a_thing]
    return {"accuracy": _share(ours), "last_word": _share(last), "interval": _interval(ours), "queries": len(ours)}


def of_price(query: Query) -> bool:
    """Whether an amount is labelled as a price; "cheap" and "on sale" are as well, and are none."""
    return any(_DIGIT.search(span) for span in query.of("price"))


def prices(read: list[tuple[Query, Constraints]]) -> dict[str, Any]:
    """Queries whose price was found; the baseline takes every number for one."""
    found = [wanted.min_price is not None or wanted.max_price is not None for _, wanted in read]
    numbers = [bool(_DIGIT.search(query.text)) for query, _ in read]
    truth = [of_price(query) for query, _ in read]
    return {"reading": _precision_recall(found, truth), "any_number": _precision_recall(numbers, truth)}


def false_alarms(
    read: list[tuple[Query, Constraints]], silent: Callable[[Query], bool], fires: Callable[[Constraints], bool]
) -> dict[str, Any]:
    fired = [fires(wanted) for query, wanted in read if silent(query)]
    return {"false_alarms": sum(fired), "rate": _share(fired), "queries": len(fired)}


def _excludes(wanted: Constraints) -> bool:
    return bool(wanted.excluded_words or wanted.excluded_brands or wanted.excluded_categories)


def kept(
    read: list[tuple[Query, Constraints]], labels: tuple[str, ...], *, numbers_only: bool = False
) -> dict[str, Any]:
    """The share of labelled words that a search gets to see, among the words or as a brand."""
    seen = []
    for query, wanted in read:
        searched = {fold(word) for word in _plain(" ".join((wanted.words, *wanted.brands)))}
        for token, label in zip(query.tokens, query.labels, strict=True):
            if label in labels and token not in NO_NAME and (not numbers_only or _DIGIT.search(token)):
                seen.append(all(fold(word) in searched for word in _plain(token)))
    return {"kept": _share(seen), "words": len(seen)}


def shop_of(queries: list[Query]) -> Catalogue:
    """A shop with the brands of these queries; everyday ones are what they mostly do not mean as a brand."""
    named = {brand for query in queries for brand in query.of("creator") if len(brand) > 2}
    uses: Counter[tuple[str, bool]] = Counter()
    for query in queries:
        uses.update((token, label == "creator") for token, label in zip(query.tokens, query.labels, strict=True))
    everyday = tuple(sorted(brand for brand in named if uses[brand, False] > uses[brand, True]))
    return Catalogue(brands=tuple(sorted(named)), everyday_brands=everyday)


def brands(read: list[tuple[Query, Constraints]], shop: Catalogue) -> dict[str, Any]:
    """Queries with a brand that the shop has; the baseline finds each brand's words anywhere."""
    known = {_key(brand) for brand in shop.brands}
    truth = [any(_key(span) in known for span in query.of("creator")) for query, _ in read]
    found = [bool(wanted.brands) for _, wanted in read]
    anywhere = [bool(known & set(_runs(_key(query.text)))) for query, _ in read]
    return {"reading": _precision_recall(found, truth), "anywhere": _precision_recall(anywhere, truth)}


def _key(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in _plain(text))


def _runs(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (words[first:last] for first in range(len(words)) for last in range(first + 1, len(words) + 1))


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _precision_recall(found: list[bool], truth: list[bool]) -> dict[str, Any]:
    both = sum(a and b for a, b in zip(found, truth, strict=True))
    return {
        "precision": both / sum(found) if any(found) else None,
        "recall": both / sum(truth) if any(truth) else None,
        "found": sum(found),
        "labelled": sum(truth),
    }


def _share(cases: list[bool]) -> float | None:
    return sum(cases) / len(cases) if cases else None


def _interval(cases: list[bool]) -> tuple[float, float] | None:
    """95 %, Wilson (1927)."""
    n = len(cases)
    if not n:
        return None
    share, z = sum(cases) / n, 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    off = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - off, middle + off
