"""What embeddings cost: milliseconds a text and a search. On generated products in .data/bench-embeddings.

.venv/bin/python -m bench.embeddings [PRODUCTS]
"""

import itertools
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from unittest.mock import patch

WANTED = (
    "something to keep coffee hot", "a gift for a runner", "toaster with four slots", "warm gloves", "listen to music",
    "light for reading in bed", "garden tools", "novel for the beach", "keep my cat busy", "charger for travelling",
)  # fmt: skip
COLOURS = ("", "Black", "White", "Red", "Blue", "Green", "Grey", "Silver", "Walnut", "Steel")
SIZES = ("", "Small", "Large", "Compact", "Double", "Travel", "Pro", "Light")
NEAREST = 50
ROUNDS = 20


def main(products: int) -> None:
    os.environ["DATA_DIR"] = str(Path(__file__).parents[1] / ".data" / "bench-embeddings")
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django
    from django.conf import settings

    from shopassist import embedded

    embedded.ensure_running(settings.DATA_DIR)
    django.setup()
    from recommendations.engine.embeddings import available
    from shopassist import preparation

    if not available():
        sys.exit(f"EMBEDDING_MODEL={settings.EMBEDDING_MODEL} is not installed: make embeddings")
    preparation.check_database()
    preparation.migrate()
    print(f"{settings.EMBEDDING_MODEL}, {products:,} products")
    keys = generate(products)
    measure_texts(keys)
    measure_searches(keys)


def generate(number: int) -> list[int]:
    """Products with names of several words, none embedded; their keys."""
    from customers.models import Category, Product
    from customers.sample.catalogue import BRANDS, SHELVES

    Product.objects.all().delete()
    things = [
        (shelf, " ".join(word for word in line.split() if word[0].isupper()))
        for shelf, lines in SHELVES.items()
        for line in lines.split(";")
    ]
    everything = list(itertools.product(things, COLOURS, SIZES, range(3)))
    chance = random.Random(1)
    chance.shuffle(everything)
    categories = {name: Category.objects.get_or_create(name=name)[0] for name in SHELVES}
    made = Product.objects.bulk_create(
        Product(
            external_id=f"g{place}",
            name=" ".join(
                filter(None, (colour, size, thing, f"Mark {place // len(everything)}" * (place >= len(everything))))
            ),
            category=categories[shelf],
            brand=BRANDS[shelf][brand],
        )
        for place, ((shelf, thing), colour, size, brand) in zip(
            range(number), itertools.cycle(everything), strict=False
        )
    )
    return [product.pk for product in made]


def measure_texts(keys: list[int]) -> None:
    from recommendations.engine.embeddings import embed, embed_catalogue

    embed(["warm"])
    report("one question embedded", [partial(embed, [f"{text} {n}"]) for text in WANTED for n in range(ROUNDS)])
    seconds = timed(embed_catalogue) / 1000
    print(f"  {'catalogue embedded, stored and indexed':48}{seconds:9.1f} s   {len(keys) / seconds:9.0f} a second")
    report("looking for new products where there are none", [embed_catalogue] * ROUNDS)


def measure_searches(keys: list[int]) -> None:
    from django.db import connection

    from recommendations.engine.embeddings import nearest, neighbourhood
    from recommendations.models import vectors

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE recommendations_productembedding")
    random.Random(2).shuffle(keys)
    shares: list[list[int] | None] = [None, keys[:100], keys[:1000], keys[: len(keys) // 2]]
    reached: list[float] = []
    for name, few, indexed in (("by index", 0, vectors.INDEXED), ("one by one", len(keys), ())):
        with patch.multiple(neighbourhood, FEW=few, INDEXED=indexed):
            for allowed in shares:
                of = "all" if allowed is None else f"{len(allowed):,} allowed"
                searches = [partial(nearest, text, NEAREST, allowed) for text in WANTED]
                report(f"nearest {NEAREST} of {of}, {name}", searches * ROUNDS)
            reached.append(statistics.mean(cosine for text in WANTED for _, cosine in nearest(text, NEAREST)))
    print(f"  cosine of the nearest {NEAREST}, on average: {reached[0]:.4f} by index, {reached[1]:.4f} one by one")


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def report(name: str, works: Sequence[Callable[[], object]]) -> None:
    times = [timed(work) for work in works]
    middle, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"  {name:48}{middle:9.1f} ms  {slow:9.1f} ms p95", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
