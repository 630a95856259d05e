from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.candidates import Candidate, Together
from recommendations.engine.constraints import Constraints
from recommendations.engine.proposals import Proposal
from recommendations.engine.ranking import diverse, rank
from recommendations.engine.reviews import filter_by_sentiment


def a_candidate(pk: int, name: str = "", category: str = "", taste: float = 0.0, **facts: Any) -> Candidate:
    fields: dict[str, Any] = {"price": Decimal(10), "sentiment": None, "review_count": 0, "parts": {"popular": taste}}
    return Candidate(pk, f"p{pk}", name or f"Product {pk}", category, **fields | facts)


def ids(ranked) -> list[int]:
    return [item.product_pk for item in ranked]


def test_the_score_is_the_sum_of_parts_by_hand():
    first, second, third = rank(
        [
            a_candidate(1, parts={"co-purchase": 1.5, "popular": -0.25}),
            a_candidate(2),
            a_candidate(3, parts={"co-purchase": 1.0, "search": 3.0}),
        ],
        Constraints(),
        5,
        3,
    )
    assert (first.product_pk, first.score, first.parts) == (3, 4.0, {"co-purchase": 1.0, "search": 3.0})
    assert (second.product_pk, second.score) == (1, 1.25)
    assert (third.product_pk, third.score, third.parts) == (2, 0.0, {"popular": 0.0})


def test_the_reasons_are_in_the_order_of_the_parts_and_not_too_many():
    [item] = rank(
        [
            a_candidate(
                1,
                parts={"search": 1.0, "co-purchase": 2.0, "similar customers": 0.9, "popular": 0.8, "reviews": 0.7},
                together=Together("r1", "Router", 12),
                proposal=Proposal(1, similar_customers=5, buyers=41),
                similar_customers=20,
                searched=True,
                matched=("network", "cable"),
                sentiment=0.86,
                review_count=23,
            )
        ],
        Constraints(words="network cable"),
        5,
        3,
    )
    assert [reason["text"] for reason in item.reasons] == [
        "Bought by 12 customers who also bought your Router",
        "Matches “network cable”",
        "Bought by 5 of the 20 customers most like you",
        "Bought by 41 customers",
    ]
    assert item.reasons[0]["customers"] == 12
    assert item.reasons[0]["product_id"] == "r1"
    assert item.similar_customer_count == 5


def test_what_hardly_moved_a_product_is_no_reason():
    parts = {"co-purchase": 2.0, "popular": 0.1}
    candidate = a_candidate(1, parts=parts, together=Together("r1", "Router", 12), proposal=Proposal(1, buyers=41))
    [item] = rank([candidate], Constraints(), 5, 3)
    assert [reason["kind"] for reason in item.reasons] == ["bought_together"]


def test_bad_reviews_are_no_reason():
    candidate = a_candidate(1, "Lamp", "Home", sentiment=0.3, review_count=2, parts={"reviews": -0.02})
    [item] = rank([candidate], Constraints(), 1, 3)
    assert item.score == pytest.approx(-0.02)
    assert [reason["text"] for reason in item.reasons] == ["In Home"]


@pytest.mark.parametrize(
    ("candidate", "wishes", "text"),
    [
        (a_candidate(1), Constraints(), "In the shop's range"),
        (a_candidate(1, category="Home"), Constraints(), "In Home"),
        (a_candidate(1, category="Home"), Constraints(max_price=Decimal(20)), "Costs 10.00"),
    ],
)
def test_a_product_without_signals_still_has_a_true_reason(candidate, wishes, text):
    assert [reason["text"] for reason in rank([candidate], wishes, 1, 3)[0].reasons] == [text]


def test_one_of_each_number_is_said_in_the_singular():
    together = a_candidate(
        1,
        parts={"co-purchase": 4.0, "similar customers": 3.0, "popular": 2.0, "reviews": 1.0},
        together=Together("r", "", 1),
        proposal=Proposal(1, similar_customers=1, buyers=1),
        similar_customers=1,
        sentiment=1.0,
        review_count=1,
    )
    assert [reason["text"] for reason in rank([together], Constraints(), 1, 3)[0].reasons] == [
        "Bought by 1 customer who also bought your product",
        "Bought by the customer most like you",
        "Bought by 1 customer",
        "Rated 1.00 in 1 review",
    ]


def test_a_category_is_capped_while_others_fit():
    candidates = [a_candidate(pk, category="A" if pk < 5 else "B", taste=10.0 - pk) for pk in range(8)]
    assert ids(rank(candidates, Constraints(), 4, 2)) == [0, 1, 5, 6]


def test_the_cap_gives_way_to_a_full_list():
    candidates = [a_candidate(pk, category="A", taste=10.0 - pk) for pk in range(8)]
    assert ids(rank(candidates, Constraints(), 5, 2)) == [0, 1, 2, 3, 4]


def test_a_name_comes_twice_only_where_nothing_else_fits():
    candidates = [
        a_candidate(1, "Mug", taste=3.0),
        a_candidate(2, "MUG", taste=2.0),
        a_candidate(3, taste=1.0),
    ]
    assert ids(rank(candidates, Constraints(), 2, 3)) == [1, 3]
    assert ids(rank(candidates, Constraints(), 3, 3)) == [1, 2, 3]


def test_of_equal_ones_the_newest_comes_first_whatever_the_order():
    candidates = [a_candidate(pk, taste=1.0) for pk in (5, 3, 9)]
    assert ids(rank(candidates, Constraints(), 3, 3)) == ids(rank(candidates[::-1], Constraints(), 3, 3)) == [9, 5, 3]


def test_nothing_to_rank():
    assert rank([], Constraints(), 5, 3) == []
    assert rank([a_candidate(1)], Constraints(), 0, 3) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from("ABC "), st.floats(-1e6, 1e6), st.floats(-9, 9)), max_size=30
    ),
    st.integers(0, 25),
    st.integers(1, 4),
)
def test_lists_are_full_without_repeats_and_in_falling_order(rows, top_n, cap):
    candidates = [
        a_candidate(pk, f"Name {name}", category.strip(), parts={"co-purchase": taste, "popular": sold})
        for pk, (name, category, taste, sold) in enumerate(rows)
    ]
    ranked = rank(candidates, Constraints(), top_n, cap)
    assert len(ranked) == min(top_n, len(candidates))
    assert len(set(ids(ranked))) == len(ranked)
    assert [item.score for item in ranked] == sorted((item.score for item in ranked), reverse=True)
    names = [item.name for item in ranked]
    repeated = len(names) - len(set(names))
    assert repeated == max(0, len(ranked) - len({candidate.name for candidate in candidates}))
    for item in ranked:
        assert item.score == pytest.approx(sum(item.parts.values()))
        assert item.reasons


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["A", "B", ""])), max_size=20), st.integers(0, 20))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(items, n):
    """So that one list of twenty measures all lengths."""
    pairs = [(f"name {name}", category) for name, category in items]

    def chosen(length):
        return diverse(pairs, length, 2, category=lambda pair: pair[1], name=lambda pair: pair[0])

    assert chosen(20)[:n] == chosen(n)


@pytest.mark.parametrize(("threshold", "kept"), [(0.6, [1, 3]), (0.0, [1, 2, 3]), (0.9, [3])])
def test_reviews_below_the_threshold_remove_and_none_pass(threshold, kept):
    candidates = [
        a_candidate(1, sentiment=0.6, review_count=1),
        a_candidate(2, sentiment=0.59, review_count=9),
        a_candidate(3),
    ]
    passed, removed = filter_by_sentiment(candidates, threshold)
    assert [candidate.product_pk for candidate in passed] == kept
    assert len(passed) + len(removed) == 3
