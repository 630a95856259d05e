"""A great many traces with their answers, quickly: what staff's pages are measured on.

.venv/bin/python -m bench.traces [--traces 1000000]

A hundred questions are really asked on the sample shop. What each left behind (trace, observations, answer and
its products) is then copied by PostgreSQL as often as wanted, in sizes that are therefore real, with the values of
`bench/trace_values.py`: 90 days, 50,000 customers, conversations of three questions, three models, four versions of a
prompt one after the other, errors, fallbacks, ratings, costs, and words of a large vocabulary. In place of all traces
that are there, and in a data folder of its own: .data/bench-traces, or what DATA_DIR names.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

from bench.trace_values import COPIES, DRAWN

TRACES, CUSTOMERS, DAYS = 1_000_000, 50_000, 90
CHATS, QUESTIONS_A_CHAT = 100, 3  # conversations at the same time
ASKED = 120  # real questions
OBSERVATIONS = 10  # of a trace; where an answer took fewer, its last is repeated
QUESTIONS = (
    "What else would I like?", "a toaster under 50", "Something for my kitchen between 20 and 80 dollars",
    "I need a wireless mouse", "show me three books", "a violin", "Recommend me something for the garden",
    "How much did I spend?", "What did I buy last?", "Which categories do I like most?",
)  # fmt: skip
SYLLABLES = [consonant + vowel for consonant in "bdklmnr" for vowel in "aeiou"]
COMMON = ("please", "for my house", "the best", "a gift")  # said often: the first in every other question


def prepare() -> None:
    """Django with the sample shop, fitted, in the folder of this benchmark."""
    os.environ.setdefault("DATA_DIR", str(Path(__file__).parents[1] / ".data" / "bench-traces"))
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django
    from django.conf import settings
    from django.core.management.base import OutputWrapper

    from shopassist import embedded

    embedded.ensure_running(settings.DATA_DIR)
    django.setup()
    from shopassist import preparation

    preparation.migrate()
    preparation.load_sample(OutputWrapper(sys.stderr))
    preparation.fit(OutputWrapper(sys.stderr))


def generate(traces: int) -> dict[str, Any]:
    """Fill the tables: seconds, and bytes a trace on disk with all indexes, by table."""
    from django.apps import apps
    from django.db import connection, transaction

    tables = [apps.get_model(label)._meta.db_table for label, _, _ in COPIES]
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # foreign keys are right by construction
        cursor.execute("SET LOCAL synchronous_commit = off; SET LOCAL maintenance_work_mem = '1GB'")
        # rows lie in the order of time, as real ones: what was asked is hashed, what was drawn passes by it
        cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL enable_mergejoin = off; SELECT setseed(0.5)")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        ask_some()
        _askers(cursor)
        _phrases(cursor)
        cursor.execute(
            DRAWN.format(
                traces=traces,
                days=DAYS,
                customers=CUSTOMERS,
                observations=OBSERVATIONS,
                chats=CHATS,
                block=CHATS * QUESTIONS_A_CHAT,
            )
        )
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        with _without_indexes(cursor, tables):
            for label, source, values in COPIES:
                model = apps.get_model(label)
                columns = [field.column for field in model._meta.concrete_fields]
                chosen = ", ".join(values.get(column, f"s.{column}") for column in columns)
                into = f"{model._meta.db_table} ({', '.join(columns)})"
                cursor.execute(f"INSERT INTO {into} SELECT {chosen} {source}")
                seconds = time.perf_counter() - started
                print(f"  {seconds:>4.0f} s {cursor.rowcount:>10,} {model._meta.verbose_name_plural}", flush=True)
        for table in ("tracing_trace", "tracing_observation", "recommendations_recommendedproduct",
                      "recommendations_rating"):  # fmt: skip
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")  # as autovacuum would have, long before
        cursor.execute("SELECT " + ", ".join(f"pg_total_relation_size('{table}')" for table in tables))
        sizes = dict(zip(tables, (size / traces for size in cursor.fetchone()), strict=True))
    return {"seconds": time.perf_counter() - started, "bytes": sizes}


def count_days() -> float:
    """What the dashboard reads, which triggers and a task otherwise keep up: seconds."""
    from datetime import timedelta

    from django.utils import timezone

    from tracing.models import Recount
    from tracing.rollups.days import roll_up

    started = time.perf_counter()
    Recount.objects.bulk_create(Recount(at=timezone.now() - timedelta(days=day)) for day in range(DAYS + 1))
    roll_up()
    return time.perf_counter() - started


def ask_some() -> None:
    from customers.models import Customer
    from recommendations.assistant.ask import ask
    from recommendations.models import Conversation

    chance = random.Random(1)
    customers = list(Customer.objects.filter(is_sample=True).order_by("pk"))
    Conversation.objects.create()
    for place in range(ASKED):
        channel, customer = chance.choice(("web", "api")), chance.choice(customers)
        answer = ask(QUESTIONS[place % len(QUESTIONS)], channel=channel, customer=customer)
    answer.rate(rater="customer:bench", stars=Decimal(4))


def _askers(cursor: Any) -> None:
    """So many customers, and the pseudonyms that traces know them by."""
    from customers.models import Customer
    from tracing.masking import pseudonym

    missing = CUSTOMERS - Customer.objects.count()
    Customer.objects.bulk_create(
        (Customer(external_id=f"bench-{number}", name=f"Shopper {number}") for number in range(missing)),
        batch_size=5_000,
    )
    cursor.execute("CREATE TEMP TABLE asker (number int, customer_id bigint, pseudonym text)")
    found = list(Customer.objects.order_by("external_id").values_list("pk", "external_id")[:CUSTOMERS])
    with cursor.cursor.copy("COPY asker FROM STDIN") as copy:
        for number, (pk, external_id) in enumerate(found):
            copy.write_row((number, pk, pseudonym(external_id)))
    cursor.execute("ANALYZE asker")


def _phrases(cursor: Any) -> None:
    """Three words of 20,000 each, some of them said much more often than others."""
    chance = random.Random(2)
    words = ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 4)))) for _ in range(20_000)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(words))))
    cursor.execute("CREATE TEMP TABLE phrase (number int, words text)")
    with cursor.cursor.copy("COPY phrase FROM STDIN") as copy:
        for number in range(50_000):
            common = next((said for place, said in enumerate(COMMON) if number % 2 ** (2 * place + 1) == 0), "")
            copy.write_row((number, " ".join([*chance.choices(words, cum_weights=weights, k=3), common]).strip()))
    cursor.execute("ANALYZE phrase")


@contextmanager
def _without_indexes(cursor: Any, tables: list[str]) -> Iterator[None]:
    """Made again afterwards, which is much quicker than keeping them up row by row. Primary keys stay."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND contype = 'u'",
        [tables],
    )
    constraints = cursor.fetchall()
    for table, name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
        [tables],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=int, default=TRACES)
    traces = parser.parse_args().traces
    prepare()
    made = generate(traces)
    print(f"{traces:,} traces in {made['seconds']:.0f} s; bytes a trace, with indexes:")
    for table, size in made["bytes"].items():
        print(f"  {size:>8,.0f} {table}")
    print(f"  {sum(made['bytes'].values()):>8,.0f} in all")
    print(f"the days counted in {count_days():.0f} s")


if __name__ == "__main__":
    main()
