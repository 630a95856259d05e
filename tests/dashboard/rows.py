"""Questions of some days, as `ask` would have left them, at times of one's choice."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from customers.models import Customer
from recommendations.models import Conversation, Recommendation
from tests.factories import a_customer, a_product, a_purchase, a_recommendation
from tracing.models import Observation, Trace
from tracing.rollups.days import recount, roll_up


def a_question(
    at: datetime,
    customer: Customer | None = None,
    *products: Any,
    conversation: Conversation | None = None,
    took: float = 20.0,
    tokens: tuple[int, int] = (0, 0),
    cost: str = "0",
    model: str = "embedded-composer",
    prompt: tuple[str, int] | None = ("response_generation", 1),
    level: str = "DEFAULT",
    **fields: Any,
) -> Recommendation:
    answer = a_recommendation(customer, *products, conversation=conversation, model=model, **fields)
    Recommendation.objects.filter(pk=answer.pk).update(created_at=at)
    used = [f"{prompt[0]} v{prompt[1]}"] if prompt else []
    Trace.objects.filter(pk=answer.stored_trace_id or 0).update(
        started_at=at,
        duration_ms=took,
        level=level,
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        cost=Decimal(cost),
        used_models=[model],
        used_prompts=used,
        user_pseudonym=f"pseudonym of {customer.pk}" if customer else "",
        session_id=str(conversation.pk) if conversation else "",
    )
    seen = {"started_at": at, "trace_id": answer.stored_trace_id, "level": level}
    Observation.objects.bulk_create(
        [
            Observation(position=0, span_id="0" * 16, name="personalized_recommendation", duration_ms=took, **seen),
            Observation(
                position=1,
                span_id="1" * 16,
                name="response_generation",
                type="AGENT",
                duration_ms=took / 2,
                **seen,
            ),
            Observation(
                position=2,
                span_id="2" * 16,
                name="generation",
                type="GENERATION",
                model=model,
                prompt_name=prompt[0] if prompt else "",
                prompt_version=prompt[1] if prompt else None,
                usage={"input": tokens[0], "output": tokens[1]} if any(tokens) else {},
                cost=Decimal(cost),
                duration_ms=took / 4,
                **seen,
            ),
        ]
    )
    answer.refresh_from_db()
    return answer


def counted(*answers: Recommendation) -> None:
    """These were moved in time after they were stored, which no trigger sees."""
    for answer in answers:
        recount(answer.created_at.date(), answer.created_at.date())
    roll_up()


def some_weeks(chance: random.Random, middle: date) -> list[Recommendation]:
    """Questions around the day, in any order of time, with ratings and purchases."""
    noon = datetime(middle.year, middle.month, middle.day, 12, tzinfo=UTC)
    customers, products = [a_customer() for _ in range(4)], [a_product(category=c) for c in ("Home", "Home", "Garden")]
    talks = [(Conversation.objects.create(customer=c), c) for c in customers for _ in range(2)]
    answers = []
    for _ in range(chance.randint(1, 40)):
        talk, customer = chance.choice(talks)
        alone = chance.random() < 0.2
        model = chance.choice(["embedded-composer", "llama3.1:8b"])
        intent, category = chance.choice(
            [("recommendation", ""), ("informational", "spending"), ("informational", "general")]
        )
        answers.append(
            a_question(
                noon + timedelta(minutes=chance.randint(-5 * 1440, 5 * 1440)),
                None if chance.random() < 0.2 else customer,
                *(chance.sample(products, chance.randint(0, 3)) if intent == "recommendation" else []),
                conversation=None if alone else talk,
                took=chance.lognormvariate(3, 2),
                tokens=(chance.randint(0, 900), chance.randint(0, 90)) if model != "embedded-composer" else (0, 0),
                cost=str(Decimal(chance.randint(0, 5000)) / 100_000) if model != "embedded-composer" else "0",
                model=model,
                prompt=("response_generation", chance.randint(1, 2)),
                level=chance.choice(["DEFAULT", "DEFAULT", "WARNING", "ERROR"]),
                intent=intent,
                intent_category=category,
                status=chance.choice(["answered", "answered", "answered", "failed"]),
                fallbacks=chance.choice([[], [], ["response_generation: down"]]),
                unfound=chance.choice(["", "", "drone", "tent"]) if intent == "recommendation" else "",
                constraints=chance.choice([{}, {"words": "Lamp"}, {"words": "desk", "categories": ["Home", "Garden"]}]),
                customer_profile={"rfm_segment": chance.choice(["new", "lost"]), "price_segment": "budget"},
            )
        )
    for answer in answers:
        shown = list(answer.products.all())
        for rater in ("customer:1", "key:2"):
            if answer.status == "answered" and chance.random() < 0.4:
                answer.rate(rater=rater, stars=Decimal(chance.randint(2, 10)) / 2)
            if answer.status == "answered" and shown and chance.random() < 0.3:
                product = chance.choice(shown).external_id
                answer.rate(rater=rater, stars=Decimal(chance.randint(1, 5)), product_id=product)
    for _ in range(8):
        at = noon + timedelta(minutes=chance.randint(-6 * 1440, 13 * 1440))
        a_purchase(chance.choice(customers), chance.choice(products), purchased_at=at)
    return answers
