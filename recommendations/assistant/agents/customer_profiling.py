from customers.profile import profile_of
from recommendations.assistant.agent import agent
from recommendations.assistant.state import State
from tracing.masking import pseudonym
from tracing.spans import Observing


@agent()
def customer_profiling(state: State, seen: Observing) -> State:
    """Who asks, as far as their purchases tell."""
    customer = state["question"].customer
    seen.input = {"customer": pseudonym(customer.external_id) if customer else None}
    if customer is None:
        seen.output = "nobody in particular asks"
        return {"profile": None}
    profile = profile_of(customer)
    seen.output = {**profile.as_json(), "customer_id": pseudonym(customer.external_id)}
    return {"profile": profile}
