"""The one way in: a question becomes a stored Recommendation with its trace."""

from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from customers.models import Customer, StorefrontKey
from recommendations import metrics
from recommendations.engine.constraints import Constraints
from recommendations.models import MAX_PRODUCTS, Conversation, Recommendation, RecommendedProduct
from recommendations.people import people_in
from tracing.masking import mask_text, pseudonym
from tracing.plain import described
from tracing.spans import Root, observe_root
from tracing.storage import record_score, store

if TYPE_CHECKING:  # the libraries of the graph take seconds to load, and most commands ask nothing
    from recommendations.assistant.state import State

TRACE_NAME = "personalized_recommendation"
FALLBACK = 200  # characters that the column holds; the trace has the whole sentence
UNFOUND = 200  # characters that the column holds


class QuestionFailed(Exception):
    """No answer could be made. The recommendation that says so, and its trace, are stored."""

    def __init__(self, recommendation: Recommendation) -> None:
        super().__init__(recommendation.error)
        self.recommendation = recommendation


def ask(
    query: str,
    *,
    channel: str,
    customer: Customer | None = None,
    top_n: int = 5,
    filters: Mapping[str, Any] | None = None,
    user: User | None = None,
    key: StorefrontKey | None = None,
    conversation: Conversation | None = None,
) -> Recommendation:
    """Answer a question in the shopper's own words.

    `top_n` products at most (1..20), fewer where the shopper names a smaller number or fewer fit; `filters` as
    Constraints.from_filters takes them; `channel` is api, web, task or shell. Raises ValueError before anything is
    stored if the question is blank or a filter is bad, and QuestionFailed where an agent failed.
    """
    from recommendations.assistant.graph import graph
    from recommendations.assistant.state import Question

    query = query.replace("\0", "").strip()
    if not query:
        raise ValueError("The question is blank.")
    if not 1 <= top_n <= MAX_PRODUCTS:
        raise ValueError(f"top_n has to be from 1 to {MAX_PRODUCTS}.")
    question = Question(query, customer, top_n, Constraints.from_filters(filters or {}), timezone.localdate())
    recommendation = Recommendation(
        customer=customer,
        asked_by_user=user,
        asked_by_key=key,
        conversation=conversation,
        channel=channel,
        query=query,
        top_n=top_n,
        filters=dict(filters or {}),
    )
    state: State = {"question": question}
    started = perf_counter()
    try:
        with observe_root(TRACE_NAME, input={"query": query, "top_n": top_n, "filters": dict(filters or {})}) as root:
            root.user_pseudonym = pseudonym(customer.external_id) if customer else ""
            root.session_id = str(conversation.pk) if conversation else ""
            root.sensitive += people_in(query, customer.name if customer else "")
            root.tags = [f"channel:{channel}"]
            for update in graph().stream(state, stream_mode="updates"):
                for agent, part in update.items():
                    recommendation.agent_execution_order.append(agent)
                    state |= part
            describe(root, state, recommendation)
    except Exception as error:
        recommendation.status = Recommendation.Status.FAILED
        recommendation.error = mask_text(described(error), root.sensitive)
        keep(recommendation, root, state, started)
        raise QuestionFailed(recommendation) from error
    keep(recommendation, root, state, started)
    return recommendation


def warm_up() -> None:
    """Loads and trains what the first question of a process would wait for."""
    from recommendations.assistant.graph import graph
    from recommendations.assistant.intent import classifier
    from recommendations.engine.serving import current

    graph()
    classifier.warm_up()
    current()


def describe(root: Root, state: "State", recommendation: Recommendation) -> None:
    """What the answer is, onto the recommendation and its trace."""
    reading, answer = state["reading"], state["answer"]
    found, ranked, profile = state.get("found"), state.get("ranked", []), state["profile"]
    recommendation.constraints = state["constraints"].as_json()
    recommendation.intent = reading.intent
    recommendation.intent_category = reading.category
    recommendation.intent_confidence = reading.confidence
    recommendation.customer_profile = profile.as_json() if profile else {}
    recommendation.reasoning = answer.words
    recommendation.model = answer.model
    recommendation.confidence_score = state.get("confidence")
    recommendation.strategy = found.strategy if found else ""
    recommendation.products_considered = found.considered if found else 0
    recommendation.similar_customers_analyzed = len(state.get("similar", []))
    recommendation.products_filtered_by_sentiment = state.get("removed_by_reviews", 0)
    recommendation.evidence = state.get("evidence", {})
    recommendation.unfound = mask_text(found.unfound, root.sensitive).lower()[:UNFOUND] if found else ""
    recommendation.fallbacks = [mask_text(words, root.sensitive)[:FALLBACK] for words in state.get("fallbacks", [])]
    root.output = {"answer": answer.words, "products": [item.product_id for item in ranked]}
    root.metadata |= {
        "query_type": reading.category or reading.intent,
        "intent": reading.intent,
        "intent_confidence": round(reading.confidence, 4),
        "products_returned": len(ranked),
        "strategy": recommendation.strategy,
    }
    root.tags += [
        f"intent:{reading.intent}",
        *([f"category:{reading.category}"] if reading.category else []),
        *(f"agent:{name}" for name in recommendation.agent_execution_order),
        f"model:{answer.model}",
    ]


def keep(recommendation: Recommendation, root: Root, state: "State", started: float) -> None:
    """The recommendation, its products and its trace: all or nothing. Without an answer there are no products."""
    answer = state.get("answer")
    recommendation.processing_time_ms = (perf_counter() - started) * 1000
    with transaction.atomic():
        trace = store(root)
        recommendation.stored_trace = trace
        recommendation.trace_id = trace.trace_id
        recommendation.input_tokens = trace.input_tokens
        recommendation.output_tokens = trace.output_tokens
        recommendation.cost = trace.cost
        recommendation.save(force_insert=True)
        RecommendedProduct.objects.bulk_create(
            RecommendedProduct(
                recommendation=recommendation,
                rank=place,
                product_id=item.product_pk,
                external_id=item.product_id,
                name=item.name,
                category=item.category,
                price=item.price,
                score=item.score,
                parts=item.parts,
                reasons=item.reasons,
                similar_customer_count=item.similar_customer_count,
                sentiment=item.sentiment,
                source=item.source,
            )
            for place, item in enumerate(state.get("ranked", []) if answer else [], start=1)
        )
        if answer and answer.grounded is not None:
            record_score(trace, "grounded", float(answer.grounded))
    metrics.observe_question(recommendation, root.rows)
