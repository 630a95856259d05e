"""Rows of a person deleted, or left without anything of the person where others are counted with them."""

import uuid

from django.contrib.sessions.models import Session
from django.db.models import Func, QuerySet, Value
from django.db.models.functions import Concat, TruncDay

from customers.models import Customer, Purchase, Review
from recommendations.erasure.finding import Person
from recommendations.models import Conversation, Recommendation, RecommendedProduct
from tracing.models import Recount, Score, Trace
from tracing.models.rollups import UsageCount

ERASED = "erased"


def remove(person: Person, keep_purchases: bool) -> None:
    """In the caller's transaction, with the customer's row locked: what is under way for the customer fails then,
    because its rows would refer to one that is gone.
    """
    answers = Recommendation.objects.filter(pk__in=[answer.pk for answer in person.recommendations])
    list(answers.select_for_update().order_by("pk").values_list("pk"))  # before traces, as ratings lock them
    Score.objects.filter(pk__in=[score.pk for score in person.foreign_scores]).delete()
    Trace.objects.filter(pk__in=[trace.pk for trace in person.traces]).delete()
    for key in (person.pseudonym, *person.conversations):
        UsageCount.objects.filter(key=key).update(key=f"{ERASED} {uuid.uuid4().hex}")
    person.log_entries.update(object_repr=ERASED, change_message="")
    person.ratings.update(comment="", rater=Concat(Value(f"{ERASED}:"), unique_text()))
    make_anonymous(answers)
    # The words asked for are counted by the day: without these from now on.
    Recount.objects.bulk_create([Recount(at=answer.created_at) for answer in person.recommendations])
    Conversation.objects.filter(customer=person.customer).delete()
    Review.objects.filter(customer=person.customer).update(
        customer=None, text="", external_id=Concat(Value(f"{ERASED}-"), unique_text())
    )
    if keep_purchases:
        keep_anonymous_purchases(person.customer)
    Session.objects.filter(pk__in=person.sessions()).delete()
    if person.login:
        person.login.delete()
    person.customer.delete()


def make_anonymous(answers: "QuerySet[Recommendation]") -> None:
    """What stays counts: what was asked for by intent, which products were shown, how long it took, its stars."""
    RecommendedProduct.objects.filter(recommendation__in=answers).update(reasons=[])
    answers.update(
        customer=None,
        asked_by_user=None,
        conversation=None,
        stored_trace=None,
        trace_id="",
        query="",
        filters={},
        constraints={},
        customer_profile={},
        reasoning="",
        evidence={},
        unfound="",
        error="",
        fallbacks=[],
    )


def keep_anonymous_purchases(customer: Customer) -> None:
    """They move to a customer without name, country and sign-in: what goes with what, and when by the day, stays."""
    nobody = Customer.objects.create(external_id=f"{ERASED}-{uuid.uuid4().hex}", is_sample=customer.is_sample)
    Purchase.objects.filter(customer=customer).update(
        customer=nobody,
        country="",
        external_id=Concat(Value(f"{ERASED}-"), unique_text()),
        purchased_at=TruncDay("purchased_at"),
    )


def unique_text() -> Func:
    return Func(
        function="gen_random_uuid", template="%(function)s()::text", output_field=Customer._meta.get_field("name")
    )
