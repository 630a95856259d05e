from recommendations.assistant.agent import agent
from recommendations.assistant.state import State
from recommendations.engine import similar
from recommendations.engine.serving import visit_of
from tracing.masking import pseudonym
from tracing.spans import Observing


@agent("retriever")
def similar_customers(state: State, seen: Observing) -> State:
    """Who bought the same things."""
    customer = state["question"].customer
    visit = visit_of(customer)
    people = similar.similar_customers(visit) if customer else []
    seen.input = {"customer": pseudonym(customer.external_id) if customer else None}
    seen.output = [
        {
            "customer": pseudonym(person.external_id),
            "similarity": round(person.similarity, 4),
            "shared": person.shared_products,
        }
        for person in people
    ]
    return {"visit": visit, "similar": people}
