"""The graph of agents: who works after whom."""

from functools import cache
from typing import Literal

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from recommendations.assistant.agents.candidate_search import candidate_search
from recommendations.assistant.agents.customer_profiling import customer_profiling
from recommendations.assistant.agents.intent_classifier import intent_classifier
from recommendations.assistant.agents.recommendation import recommendation
from recommendations.assistant.agents.response_generation import response_generation
from recommendations.assistant.agents.review_filtering import review_filtering
from recommendations.assistant.agents.similar_customers import similar_customers
from recommendations.assistant.state import State

Graph = CompiledStateGraph[State, None, State, State]


@cache
def graph() -> Graph:
    build = StateGraph(State)
    for node in (
        intent_classifier,
        customer_profiling,
        similar_customers,
        candidate_search,
        review_filtering,
        recommendation,
        response_generation,
    ):
        build.add_node(node.__name__, node)
    build.add_edge(START, "intent_classifier")
    build.add_edge("intent_classifier", "customer_profiling")
    build.add_conditional_edges("customer_profiling", by_intent)
    build.add_edge("similar_customers", "candidate_search")
    build.add_edge("candidate_search", "review_filtering")
    build.add_edge("review_filtering", "recommendation")
    build.add_edge("recommendation", "response_generation")
    build.add_edge("response_generation", END)
    return build.compile()


def by_intent(state: State) -> Literal["response_generation", "similar_customers"]:
    return "response_generation" if state["reading"].intent == "informational" else "similar_customers"
