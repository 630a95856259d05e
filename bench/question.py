"""What a question costs: milliseconds by part, and queries. On a sample shop of its own in .data/bench.

make bench            or    .venv/bin/python -m bench.question [QUESTIONS]
"""

import os
import random
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

KINDS = {
    "recommendation": [
        "What else would I like?",
        "Recommend me something",
        "a toaster under 50",
        "Something for my kitchen between 20 and 80 dollars",
        "I need a wireless mouse, not from Orbitron",
        "show me three books",
    ],
    "informational": [
        "How much did I spend?",
        "What did I buy last?",
        "What did I spend on electronics in March?",
        "Which categories do I like most?",
    ],
}
WARM_UP = 10
COUNTED = 20  # questions of each kind whose queries are counted, apart from those that are timed


def main(questions: int) -> None:
    os.environ["DATA_DIR"] = str(Path(__file__).parents[1] / ".data" / "bench")
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django
    from django.conf import settings
    from django.core.management.base import OutputWrapper

    from shopassist import embedded

    embedded.ensure_running(settings.DATA_DIR)
    django.setup()
    from shopassist import preparation

    out = OutputWrapper(sys.stderr)
    preparation.migrate()
    preparation.load_sample(out)
    preparation.fit(out)
    for kind, texts in KINDS.items():
        measure(kind, texts, questions // len(KINDS))


def measure(kind: str, texts: list[str], number: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from customers.models import Customer
    from recommendations.assistant.ask import ask

    chance = random.Random(1)
    customers = list(Customer.objects.order_by("pk"))
    for _ in range(WARM_UP):
        ask(chance.choice(texts), channel="shell", customer=chance.choice(customers))
    parts: dict[str, list[float]] = defaultdict(list)
    for place in range(number):
        started = time.perf_counter()
        answer = ask(texts[place % len(texts)], channel="shell", customer=chance.choice(customers))
        total = (time.perf_counter() - started) * 1000
        assert answer.stored_trace
        root, *below = answer.stored_trace.observations.all()
        for observation in below:
            if observation.parent_span_id == root.span_id:
                parts[observation.name].append(observation.duration_ms)
        parts["storing answer and trace"].append(total - root.duration_ms)
        parts["the whole question"].append(total)
    counts = []
    for place in range(COUNTED):
        with CaptureQueriesContext(connection) as queries:
            ask(texts[place % len(texts)], channel="shell", customer=chance.choice(customers))
        counts.append(len(queries))
    print(f"\n{kind}, {number} questions of {len(customers)} customers{'p50 ms':>14}{'p95 ms':>9}")
    for name, times in parts.items():
        print(f"  {name:42}{statistics.median(times):>9.1f}{statistics.quantiles(times, n=20)[-1]:>9.1f}")
    print(f"  {'queries':42}{statistics.median(counts):>9.0f}{max(counts):>9} at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
