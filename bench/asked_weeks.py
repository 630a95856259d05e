"""Weeks of questions on the sample shop, for pictures of staff's pages: really asked and answered, then dated back.

DATA_DIR=/tmp/weeks .venv/bin/python -m bench.asked_weeks [--questions 400] [--days 45]

Who asks what, when, and how they rate it is drawn by chance; the answers, their traces, tokens and times are those of
the run. In a data folder of its own: what was asked there before is deleted.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.traces import prepare

if TYPE_CHECKING:  # nothing of Django before it is set up
    from recommendations.models import Recommendation

THINGS = (
    "a desk lamp", "a tent", "running shoes", "an air fryer under 120", "coffee beans", "a wireless mouse",
    "a board game", "dog food", "sunscreen", "a kettle", "a chef's knife", "a cookbook", "a wool sweater", "a camera",
    "a plant pot", "a bluetooth speaker between 20 and 90", "a sleeping bag", "a puzzle for children", "green tea",
    "an espresso cup",
)  # fmt: skip
STRANGE = ("a drone", "a guitar", "a stroller", "an electric scooter", "a chainsaw", "a wedding ring", "contact lenses")
PHRASES = ("I am looking for {}", "Recommend me {}", "{}, please", "Show me {}", "I need {}")
OPEN = ("What else would I like?", "Surprise me", "Something for my kitchen", "A gift for my mother under 20")
FACTS = (
    "How much did I spend last year?", "What did I buy last?", "Which categories do I like most?",
    "How many things did I buy?", "What do you know about me?", "How do I return something?",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--days", type=int, default=45)
    given = parser.parse_args()
    prepare()
    ask_for_weeks(random.Random(4), given.questions, given.days)


def ask_for_weeks(chance: random.Random, questions: int, days: int) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from customers.models import Customer
    from recommendations.assistant.ask import ask, warm_up
    from recommendations.models import Conversation, Recommendation
    from tracing.models import Trace

    warm_up()
    Recommendation.objects.all().delete()
    Conversation.objects.all().delete()
    Trace.objects.all().delete()
    regulars = list(Customer.objects.filter(purchases__isnull=False).distinct().order_by("external_id")[:2_000])
    regulars = chance.sample(regulars, 120)
    asked = 0
    while asked < questions:
        customer = regulars[int(len(regulars) * chance.random() ** 2)]
        talk = Conversation.objects.create(customer=customer)
        at = moment(chance, timezone.now() - timedelta(days=1), days)
        for question in questions_of(chance):
            anybody = chance.random() < 0.06
            answer = ask(question, channel="web", customer=None if anybody else customer, conversation=talk)
            date_back(answer, at)
            rate(chance, answer, f"customer:{customer.external_id}")
            at += timedelta(seconds=chance.randint(20, 240))
            asked += 1
    call_command("roll_up", since=(timezone.localdate() - timedelta(days=days + 2)))


def moment(chance: random.Random, last: datetime, days: int) -> datetime:
    """More of late than long ago, and more in the evening than at night."""
    back = days * (1 - chance.random() ** 0.7)
    at = last - timedelta(days=back)
    return at.replace(hour=min(23, max(0, round(chance.gauss(17, 4)))), minute=chance.randint(0, 59))


def questions_of(chance: random.Random) -> Iterator[str]:
    """One session's."""
    for _ in range(chance.choices((1, 2, 3, 4, 6), (45, 28, 15, 8, 4))[0]):
        kind = chance.random()
        if kind < 0.5:
            yield chance.choice(PHRASES).format(chance.choice(THINGS))
        elif kind < 0.6:
            yield chance.choice(PHRASES).format(STRANGE[int(len(STRANGE) * chance.random() ** 2)])
        else:
            yield chance.choice(OPEN if kind < 0.75 else FACTS)


def date_back(answer: "Recommendation", at: datetime) -> None:
    from django.db.models import F

    from recommendations.models import Conversation, Recommendation
    from tracing.models import Observation, Trace

    trace = Trace.objects.get(recommendation=answer)
    Observation.objects.filter(trace=trace).update(started_at=F("started_at") - (trace.started_at - at))
    Trace.objects.filter(pk=trace.pk).update(started_at=at)
    Recommendation.objects.filter(pk=answer.pk).update(created_at=at)
    Conversation.objects.filter(recommendation=answer, created_at__gt=at).update(created_at=at)


def rate(chance: random.Random, answer: "Recommendation", rater: str) -> None:
    """A third of the answers, and a few of their products; better where something was found."""
    products = list(answer.products.all())
    if chance.random() < 0.33:
        mean = 4.0 if products or answer.intent == "informational" else 2.2
        stars = Decimal(round(min(5, max(1, chance.gauss(mean, 0.9))) * 2)) / 2
        answer.rate(rater=rater, stars=stars)
    for place, product in enumerate(products):
        if chance.random() < 0.12 / (place + 1):
            answer.rate(rater=rater, stars=Decimal(chance.choice((3, 4, 5))), product_id=product.external_id)


if __name__ == "__main__":
    main()
