from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.candidates import Candidate, Together
from recommendations.engine.constraints import Constraints
from recommendations.engine.ranking import BLEND, diverse, rank
from recommendations.engine.reviews import filter_by_sentiment


def a_candidate(pk: int, name: str = "", category: str = "", **signals: Any) -> Candidate:
    fields: dict[str, Any] = {"price": Decimal(10), "sentiment": None, "review_count": 0, **signals}
    return Candidate(product_pk=pk, product_id=f"p{pk}", name=name or f"Product {pk}", category=category, **fields)


def ids(ranked) -> list[int]:
    return [item.product_pk for item in ranked]


def test_the_score_is_the_sum_of_parts_by_hand():
    first, second = rank(
        [
            a_candidate(1, co_purchase=2.0, recent=3.0, sentiment=0.9, review_count=4),
            a_candidate(2, co_purchase=1.0, similar=0.5, similar_customer_count=1, similar_customers=20),
        ],
        Constraints(),
        5,
        3,
    )
    assert first.parts == {"co-purchase": 1.0, "popular": 0.3, "reviews": pytest.approx(0.04)}
    assert second.parts == {"co-purchase": 0.5, "similar customers": 0.3}
    assert first.score == pytest.approx(1.34)
    assert second.score == pytest.approx(0.8)


def test_the_first_reason_names_the_largest_part():
    [item] = rank(
        [
            a_candidate(
                1,
                co_purchase=1.0,
                together=Together("r1", "Router", 12),
                similar=1.0,
                similar_customer_count=5,
                similar_customers=20,
                recent=1.0,
                buyers=41,
                text=0.6,
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
        "Rated 0.86 in 23 reviews",
    ]
    assert item.reasons[0]["customers"] == 12
    assert item.reasons[0]["product_id"] == "r1"


def test_bad_reviews_are_no_reason():
    [item] = rank([a_candidate(1, "Lamp", "Home", sentiment=0.3, review_count=2)], Constraints(), 1, 3)
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
        1, co_purchase=1, together=Together("r", "", 1), recent=1, buyers=1, sentiment=1.0, review_count=1
    )
    assert [reason["text"] for reason in rank([together], Constraints(), 1, 3)[0].reasons] == [
        "Bought by 1 customer who also bought your product",
        "Bought by 1 customer",
        "Rated 1.00 in 1 review",
    ]


def test_a_category_is_capped_while_others_fit():
    candidates = [a_candidate(pk, category="A" if pk < 5 else "B", co_purchase=10.0 - pk) for pk in range(8)]
    assert ids(rank(candidates, Constraints(), 4, 2)) == [0, 1, 5, 6]


def test_the_cap_gives_way_to_a_full_list():
    candidates = [a_candidate(pk, category="A", co_purchase=10.0 - pk) for pk in range(8)]
    assert ids(rank(candidates, Constraints(), 5, 2)) == [0, 1, 2, 3, 4]


def test_a_name_comes_twice_only_where_nothing_else_fits():
    candidates = [
        a_candidate(1, "Mug", co_purchase=3.0),
        a_candidate(2, "MUG", co_purchase=2.0),
        a_candidate(3, co_purchase=1.0),
    ]
    assert ids(rank(candidates, Constraints(), 2, 3)) == [1, 3]
    assert ids(rank(candidates, Constraints(), 3, 3)) == [1, 2, 3]


def test_ties_are_broken_by_id_whatever_the_order():
    candidates = [a_candidate(pk, co_purchase=1.0) for pk in (5, 3, 9)]
    assert ids(rank(candidates, Constraints(), 3, 3)) == ids(rank(candidates[::-1], Constraints(), 3, 3)) == [3, 5, 9]


def test_nothing_to_rank():
    assert rank([], Constraints(), 5, 3) == []
    assert rank([a_candidate(1)], Constraints(), 0, 3) == []


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ABC "), st.floats(0, 1e6), st.floats(0, 20)), max_size=30),
    st.integers(0, 25),
    st.integers(1, 4),
)
def test_lists_are_full_without_repeats_and_in_falling_order(rows, top_n, cap):
    candidates = [
        a_candidate(pk, f"Name {name}", category.strip(), co_purchase=taste, similar=similar)
        for pk, (name, category, taste, similar) in enumerate(rows)
    ]
    ranked = rank(candidates, Constraints(), top_n, cap)
    assert len(ranked) == min(top_n, len(candidates))
    assert len(set(ids(ranked))) == len(ranked)
    assert [item.score for item in ranked] == sorted((item.score for item in ranked), reverse=True)
    for item in ranked:
        assert item.score == pytest.approx(sum(item.parts.values()))
        assert all(0 <= part <= BLEND[name] for name, part in item.parts.items())


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
