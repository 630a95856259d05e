"""A second model's opinion of the answers that a first one worded: in the background, once an answer."""

import logging
import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel, Field

from recommendations.assistant.generation import ModelFailed, ServerFailed, generate_structured
from recommendations.assistant.models import chat_model, has_language_model
from recommendations.models import EMBEDDED, Recommendation
from recommendations.people import people_in
from tracing.alone import store_alone
from tracing.masking import mask_text
from tracing.spans import observe_root
from tracing.storage import names_in, record_score, store

PROMPT = "answer_judgement"
SCORE = "helpfulness"
BATCH = 10
NOT_OLDER = timedelta(days=1)
log = logging.getLogger(__name__)


class Verdict(BaseModel):
    helpfulness: float = Field(ge=0, le=1)
    because: str = ""


def judge_answers() -> int:
    """Scores the newest answers of a language model that have no score yet; gives how many."""
    if not has_language_model("judge"):
        return 0
    answers = (
        Recommendation.objects.filter(
            created_at__gt=timezone.now() - NOT_OLDER,
            status=Recommendation.Status.ANSWERED,
            stored_trace__isnull=False,
        )
        .exclude(model=EMBEDDED)
        .exclude(stored_trace__scores__name=SCORE)
        .select_related("stored_trace", "customer")[:BATCH]
    )
    judged = 0
    for answer in answers:
        try:
            judge(answer)
            judged += 1
        except ServerFailed as failure:
            log.warning("Answers stay without a judgement: %s", failure)
            break
        except ModelFailed as failure:  # of this answer; the next may be judged
            log.warning("Answer %s stays without a judgement: %s", answer.pk, failure)
    return judged


def judge(answer: Recommendation) -> None:
    """The score and the trace of how it came about. Raises ModelFailed, with the trace alone kept."""
    root = observe_root(PROMPT, "evaluator", input={"recommendation": str(answer.pk)})
    try:
        with root:
            root.sensitive += people_in(answer.query, answer.customer.name if answer.customer else "")
            payload = {"question": answer.query, "answer": answer.reasoning}
            verdict = generate_structured(chat_model("judge"), PROMPT, payload, Verdict)
            root.output = verdict.model_dump()
        with transaction.atomic():
            store(root)
            if answer.stored_trace:
                record_score(
                    answer.stored_trace,
                    SCORE,
                    verdict.helpfulness,
                    comment=mask_text(verdict.because, names_in(root)),
                    score_id=uuid.uuid5(answer.pk, SCORE),  # one score, also where two judge at once
                )
    except Exception as error:
        store_alone(root, error)
        raise
