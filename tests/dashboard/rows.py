"""Questions of some days, as `ask` would have left them, at times of one's choice."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from customers.models import Customer
from recommendations.models import Conversation, Recommendation
from tests.factories import a_recommendation
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
    Trace.objects.filter(pk=answer.stored_trace_id).update(
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
