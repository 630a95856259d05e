"""How well words find products, beside PostgreSQL's plain full text on the same rows. Leaves nothing behind.

SHOPASSIST_DATA=… .venv/bin/python -m bench.search [--json] [--only wands,known,speed,queryner]
"""

import argparse
import csv
import gzip
import importlib.util
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.altered import ALTERED

Finder = Callable[[str], list[int]]  # a text -> products, the best first
DEEPEST = 20
SEED = 5
KNOWN_ITEMS = 150
AND = """SELECT id FROM customers_product, plainto_tsquery('english', %s) q
WHERE to_tsvector('english', name) @@ q ORDER BY ts_rank(to_tsvector('english', name), q) DESC, id LIMIT 20"""
TRIGRAMS = """SELECT id FROM customers_product WHERE similarity(lower(name), lower(%s)) > 0.1
ORDER BY similarity(lower(name), lower(%s)) DESC, id LIMIT 20"""
OR = AND.replace("plainto_tsquery('english', %s)", "websearch_to_tsquery('english', %s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="wands,known,speed,queryner")
    wanted = parser.parse_args()
    set_up()
    folder = Path(os.environ["SHOPASSIST_DATA"]) if "SHOPASSIST_DATA" in os.environ else None
    parts: dict[str, Callable[[], dict[str, Any]]] = {"speed": speed}
    if folder:
        parts = {"wands": lambda: wands(folder), "known": lambda: known_items(folder), **parts}
        if importlib.util.find_spec("bench.queryner"):
            parts["queryner"] = lambda: importlib.import_module("bench.queryner").measure(folder)
    report = {name: parts[name]() for name in wanted.only.split(",") if name in parts}
    print(json.dumps(report, indent=2) if wanted.json else "\n\n".join(_table(*part) for part in report.items()))


def set_up() -> None:
    os.environ["DATA_DIR"] = str(Path(__file__).parents[1] / ".data" / "bench")
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django
    from django.conf import settings

    from shopassist import embedded

    embedded.ensure_running(settings.DATA_DIR)
    django.setup()
    from shopassist import preparation

    preparation.migrate()


@contextmanager
def a_shop(names: Sequence[str], with_embeddings: bool = True) -> Iterator[dict[str, int]]:
    """A shop of nothing but these products, in a transaction that is taken back; their keys by name."""
    from django.db import connection, transaction

    from customers.models import Product
    from recommendations.engine.embeddings import available, embed_catalogue
    from recommendations.engine.search.words import refresh_words

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE customers_product, customers_customer CASCADE")
        Product.objects.bulk_create(Product(external_id=f"n{row}", name=name) for row, name in enumerate(names))
        refresh_words()
        with connection.cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list('product_search')")
            cursor.execute("ANALYZE customers_product, recommendations_catalogueword")
        if with_embeddings and available():
            embed_catalogue()
        yield dict(Product.objects.values_list("name", "pk"))
        transaction.set_rollback(True)


def finders(with_embeddings: bool = True) -> dict[str, Finder]:
    from django.test.utils import override_settings

    from recommendations.engine.constraints import Constraints
    from recommendations.engine.embeddings import available, nearest
    from recommendations.engine.search import find_matching

    def ours(text: str) -> list[int]:
        return [match.product_pk for match in find_matching(text, Constraints(), None, limit=1000).products[:DEEPEST]]

    without = override_settings(EMBEDDING_MODEL="")(ours)
    found: dict[str, Finder] = {
        "plain full text, all words": lambda text: plain(AND, text),
        "plain full text, any word": lambda text: plain(OR, " or ".join(text.split())),
        "trigrams of names": lambda text: plain(TRIGRAMS, text, text),
        "find_matching, words alone": without,
    }
    if with_embeddings and available():
        found["nearest by embedding alone"] = lambda text: [pk for pk, _ in nearest(text, DEEPEST)]
        found["find_matching, with embeddings"] = ours
    return found


def plain(statement: str, *values: str) -> list[int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]


def wands(folder: Path) -> dict[str, Any]:
    """Real searches in a shop whose products are called as their classes: the rank of the right class."""
    with (folder / "wands_queries" / "query.tsv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["query_class"]]
    random.Random(SEED).shuffle(rows)
    half = len(rows) // 2
    with a_shop(sorted({row["query_class"] for row in rows})) as keys:
        queries = [(row["query"], {keys[row["query_class"]]}) for row in rows]
        asked = {name: ask(find, queries) for name, find in finders().items()}
    parts = {"half that was tuned on": slice(half), "the other half": slice(half, None), "all": slice(None)}
    return {
        "queries": len(rows),
        **{part: {name: quality(answers[of]) for name, answers in asked.items()} for part, of in parts.items()},
    }


@dataclass(frozen=True)
class Answer:
    rank: int  # of the first right product; 0 for none among the DEEPEST
    found: int
    ms: float


def ask(find: Finder, queries: Sequence[tuple[str, set[int]]]) -> list[Answer]:
    answers = []
    for text, right in queries:
        started = time.perf_counter()
        found = find(text)
        ms = (time.perf_counter() - started) * 1000
        answers.append(Answer(next((place for place, pk in enumerate(found, 1) if pk in right), 0), len(found), ms))
    return answers


def quality(answers: Sequence[Answer]) -> dict[str, Any]:
    rank = np.array([answer.rank for answer in answers])
    gained = {
        "top 1": rank == 1,
        "top 5": (rank > 0) & (rank <= 5),
        "MRR": np.divide(1.0, rank, out=np.zeros(len(rank)), where=rank > 0),
    }
    return {
        **{name: [round(float(values.mean()), 3), *interval(values)] for name, values in gained.items()},
        "no answer": round(sum(not answer.found for answer in answers) / len(answers), 3),
        "p50 ms": round(statistics.median(answer.ms for answer in answers), 1),
    }


def interval(values: np.ndarray[Any, Any]) -> list[float]:
    """95 %, bootstrap over the queries."""
    chance = np.random.default_rng(SEED)
    means = values[chance.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    return [round(float(edge), 3) for edge in np.quantile(means, (0.025, 0.975))]


def known_items(folder: Path) -> dict[str, Any]:
    """Products of a gift shop, each asked for by its own name as shoppers alter names: is it found?"""
    with gzip.open(folder / "online_retail_small" / "train.csv.gz", "rt", encoding="utf-8") as lines:
        names = sorted({row["product_name"] for row in csv.DictReader(lines)})
    chance = random.Random(SEED)
    wanted = chance.sample([name for name in names if sum(map(str.isalpha, name.split())) >= 3], KNOWN_ITEMS)
    report: dict[str, Any] = {"products": len(names), "queries of each kind": KNOWN_ITEMS}
    with a_shop(names, with_embeddings=False) as keys:
        for kind, alter in ALTERED.items():
            queries = [(" ".join(alter(name.lower().split(), chance)), {keys[name]}) for name in wanted]
            report[kind] = {name: quality(ask(find, queries)) for name, find in finders(with_embeddings=False).items()}
    return report


COLOURS = ["red", "blue", "green", "black", "white", "grey", "navy", "teal", "olive", "ivory"]
FABRICS = ["cotton", "linen", "wool", "denim", "silk", "jersey", "flannel", "velvet"]
THINGS = ["jacket", "coat", "dress", "skirt", "sock", "scarf", "glove", "belt", "hat", "tie"]
ASKED = {
    "half of the products": "shirt",
    "half, two words": "cotton shirt",
    "all words, three": "red cotton shirt",
    "no product has all": "red cotton wool shirt",
    "slips": "cottn shrit",
    "a synonym": "pullover",
    "twelve words": "a shirt of red blue green cotton linen wool silk with pockets and buttons",
    "nothing": "piano",
}


def speed() -> dict[str, Any]:
    """Milliseconds a search where half of the products are shirts: the best and the median of many."""
    return {f"{products:,} products": _times(products) for products in (10_000, 100_000)}


def _times(products: int) -> dict[str, Any]:
    from decimal import Decimal

    from django.db import connection

    from recommendations.engine.constraints import Constraints
    from recommendations.engine.search import find_matching

    chance = random.Random(SEED)
    names = [
        f"{chance.choice(COLOURS)} {chance.choice(FABRICS)} "
        f"{'shirt' if chance.random() < 0.5 else chance.choice(THINGS)} {number}"
        for number in range(products)
    ]
    report: dict[str, Any] = {}
    with a_shop(names, with_embeddings=False):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers_product SET price = (id % 200)::numeric")
            cursor.execute("SELECT gin_clean_pending_list('product_search')")
        limits = {"": Constraints(), ", 1 in 200 allowed": Constraints(max_price=Decimal(0))}
        for label, constraints in limits.items():
            for kind, text in ASKED.items():
                times = []
                for _ in range(20):
                    started = time.perf_counter()
                    found = find_matching(text, constraints, None)
                    times.append((time.perf_counter() - started) * 1000)
                report[kind + label] = {
                    "found": len(found.products),
                    "best ms": round(min(times), 1),
                    "p50 ms": round(statistics.median(times), 1),
                }
    return report


def _table(part: str, report: dict[str, Any]) -> str:
    lines = [part]
    for group, content in report.items():
        if not isinstance(content, dict):
            lines.append(f"  {group}: {content}")
            continue
        lines.append(f"  {group}")
        for name, figures in content.items():
            lines.append(f"    {name:40}{_cells(figures)}")
    return "\n".join(lines)


def _cells(figures: Any) -> str:
    if not isinstance(figures, dict):
        return _figure(figures)
    return "  ".join(f"{name} {_figure(value)}" for name, value in figures.items())


def _figure(value: Any) -> str:
    if isinstance(value, list | tuple):
        first, *edges = [f"{number:.3f}" for number in value]
        return f"{first} ({'–'.join(edges)})" if len(edges) == 2 else "–".join([first, *edges])
    return f"{round(value, 3)}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
