"""The embedded composer: a chat model that words facts by rules.

It reads the same messages as a language model, so the path, the trace and the tests are the same without one.
"""

import json
from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from recommendations.models import EMBEDDED

Facts = dict[str, Any]


class EmbeddedComposer(BaseChatModel):
    @property
    def _llm_type(self) -> str:
        return EMBEDDED

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        words = compose(json.loads(str(messages[-1].content))["facts"])
        return ChatResult(generations=[ChatGeneration(message=AIMessage(words))])


def compose(facts: Facts) -> str:
    """Plain sentences, and only what the facts say."""
    sentences = [*facts.get("notes", []), *WORDINGS[facts["kind"]](facts)]
    return " ".join(sentences)


def recommendation(facts: Facts) -> list[str]:
    products, searched = facts["products"], facts["searched_for"]
    if not products:
        return [] if facts["notes"] else [f"Nothing was found{f' for {searched}' if searched else ''}."]
    opening = OPENINGS.get(facts["strategy"], OPENINGS["popular"]).format(searched=searched)
    named = [f"{item['name']}{f' ({price})' if (price := item['price']) else ''}" for item in products]
    first = products[0]
    because = [f"{first['name']}: {lowered(first['reasons'][0])}."] if first["reasons"] else []
    return [f"{opening} {listed(named)}.", *because]


OPENINGS = {
    "search": "For {searched} this shop has",
    "personal_search": "For {searched}, in the order of your taste:",
    "personal": "Going by what you bought, these fit:",
    "popular": "Popular or new in this shop:",
}


def total_purchases(facts: Facts) -> list[str]:
    if not facts["purchases"]:
        return [f"You bought nothing{scope(facts)}."]
    return [
        f"You made {counted(facts['purchases'], 'purchase')}{scope(facts)}, {counted(facts['items'], 'item')} in all."
    ]


def spending(facts: Facts) -> list[str]:
    if not facts["purchases"]:
        return [f"You spent nothing{scope(facts)}."]
    average = f", at an average price of {facts['average_price']}" if facts["average_price"] else ""
    return [f"You spent {facts['spent']}{scope(facts)}, in {counted(facts['purchases'], 'purchase')}{average}."]


def favorite_categories(facts: Facts) -> list[str]:
    if not facts["favorites"]:
        return [f"You bought nothing{scope(facts)} whose category is known."]
    named = [
        f"{row['category']} ({counted(row['purchases'], 'purchase')}, {row['spent']})" for row in facts["favorites"]
    ]
    return [f"You buy most in {listed(named)}{scope(facts)}."]


def recent_purchases(facts: Facts) -> list[str]:
    if not facts["recent"]:
        return [f"You bought nothing{scope(facts)}."]
    named = [purchased(row) for row in facts["recent"]]
    return [f"Your latest purchases{scope(facts)}: {listed(named)}."]


def customer_profile(facts: Facts) -> list[str]:
    if not facts["purchases"]:
        return ["You have not bought anything yet."]
    sentences = [
        f"You made {counted(facts['purchases'], 'purchase')} of {counted(facts['items'], 'item')} for {facts['spent']}."
    ]
    if facts["favorites"]:
        sentences.append(f"You buy most in {listed([row['category'] for row in facts['favorites']])}.")
    if facts["customer_since"]:
        sentences.append(
            f"Your first purchase was on {facts['customer_since']}, your last on {facts['last_purchase']}."
        )
    among = f"among its {facts['segment']} customers" if facts["segment"] else ""
    prices = f"in the {facts['price_segment']} price range" if facts["price_segment"] else ""
    if counts := ", ".join(filter(None, (among, prices))):
        sentences.append(f"The shop counts you {counts}.")
    return sentences


def general(facts: Facts) -> list[str]:
    return [
        f"I can {listed(facts['abilities'])}.",
        f"The shop has {counted(facts['products_in_the_shop'], 'product')}.",
    ]


def unknown_customer(facts: Facts) -> list[str]:
    return ["Ask for a customer, or sign in as one."]


WORDINGS: dict[str, Callable[[Facts], list[str]]] = {
    wording.__name__: wording
    for wording in (
        recommendation,
        total_purchases,
        spending,
        favorite_categories,
        recent_purchases,
        customer_profile,
        general,
        unknown_customer,
    )
}


def scope(facts: Facts) -> str:
    """Which purchases were meant: ` on Electronics in March 2026`."""
    on = f" on {listed(facts['categories'])}" if facts.get("categories") else ""
    if facts.get("about"):
        on = f" on “{facts['about']}”"
    if facts.get("without"):
        on += f" without {listed(facts['without'])}"
    return f"{on} {facts['period']}" if facts.get("period") else on


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


def purchased(row: Facts) -> str:
    many = f"{row['quantity']} × " if row["quantity"] > 1 else ""
    price = f" at {row['price']}" if row["price"] else ""
    return f"{many}{row['product']}{price}{f' on {day}' if (day := row['date']) else ''}"


def lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
