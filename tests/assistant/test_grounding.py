import pytest

from recommendations.assistant.grounding import unfounded

ROUTER = {
    "name": "Halden Router AX3",
    "category": "Electronics",
    "price": "$1,689.99",
    "reasons": ["Bought by 12 customers"],
}
CABLE = {"name": "Flat Cable 5 m", "category": "Electronics", "price": "$9.50", "reasons": ["Rated 0.86 in 23 reviews"]}
PAYLOAD = {
    "question": "a router under 2000",
    "facts": {
        "kind": "recommendation",
        "searched_for": "router up to $2,000.00",
        "notes": [],
        "products": [ROUTER, CABLE],
    },
}
NOTHING = {
    "question": "a yacht",
    "facts": {"kind": "recommendation", "searched_for": "yacht", "notes": [], "products": []},
}


@pytest.mark.parametrize(
    "answer",
    [
        "The Halden Router AX3 at $1,689.99 was bought by 12 customers.",
        "The halden router ax3 costs 1689.99, the Flat Cable 5 m $9.50.",
        "Under $2,000 there is the Halden Router AX3 ($1,689.99).",
        "These 2 fit: 1. **Halden Router AX3** 2. **Flat Cable 5 m**, rated 0.86.",
    ],
)
def test_what_the_facts_say_may_be_said(answer):
    assert unfounded(answer, PAYLOAD) == []


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("The Halden Router AX3 at $1,699.99.", "the number 1699.99 is not in the facts"),
        ("The Flat Cable 5 m costs $1,689.99.", "Flat Cable 5 m does not cost 1,689.99"),
        ("The Halden Router AX3 was bought by 13 customers.", "the number 13 is not in the facts"),
        ("Take **The Mesh Router**, or the Halden Router AX3.", "“The Mesh Router” is not in the facts"),
        ("The Halden Router AX3, call +1 415 555 0123.", "it tells somebody's name, number or address"),
        ("I would take any of them.", "it names none of the products"),
        ("The Halden Router AX3, see https://example.org", "it holds an address or markup: https://"),
        ("The Halden Router AX3 <script>alert(1)</script>", "it holds an address or markup: <s"),
        ("Halden Router AX3 " * 200, "it has 3600 characters, more than 2000"),
    ],
)
def test_what_they_do_not_say_is_complained_of(answer, complaint):
    assert complaint in unfounded(answer, PAYLOAD)


def test_without_products_no_price_can_be_right():
    assert unfounded("There is no yacht.", NOTHING) == []
    assert unfounded("A yacht costs $5.", NOTHING) == ["the number 5 is not in the facts"]


def test_a_decimal_comma_is_the_same_price():
    facts = {"kind": "recommendation", "products": [{**CABLE, "price": "1.234,50 SEK"}]}
    assert unfounded("Flat Cable 5 m for 1,234.50", {"question": "", "facts": facts}) == []


def test_a_name_inside_a_longer_name_is_not_taken_for_it():
    facts = {"kind": "recommendation", "products": [{**CABLE, "name": "Cable", "price": "$3.00"}, CABLE]}
    assert unfounded("Flat Cable 5 m for $9.50, or the Cable for $3.00.", {"question": "", "facts": facts}) == []
