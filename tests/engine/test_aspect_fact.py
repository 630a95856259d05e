"""What reviews praise a product for, as a reason."""

import pytest

from recommendations.engine.reviews import aspect_fact


def judged(praised, criticised):
    return {"praised": praised, "criticised": criticised}


def test_the_surest_praise_is_the_fact():
    aspects = {"fit": judged(12, 3), "quality": judged(3, 0), "value": judged(5, 5)}
    assert aspect_fact(aspects) == {
        "kind": "aspect",
        "text": "12 of 15 reviews that judge its fit praise it",
        "aspect": "fit",
        "praised": 12,
        "reviews": 15,
    }


def test_all_of_them_is_said_so():
    fact = aspect_fact({"delivery": judged(7, 0)}) or {}
    assert fact["text"] == "All 7 reviews that judge its delivery praise it"


@pytest.mark.parametrize("aspects", [None, {}, {"fit": judged(2, 0)}, {"fit": judged(5, 3)}, {"fit": judged(0, 9)}])
def test_what_few_judge_or_many_criticise_is_no_reason(aspects):
    assert aspect_fact(aspects) is None


def test_ties_are_told_in_the_same_order_each_time():
    one, other = {"value": judged(4, 0), "fit": judged(4, 0)}, {"fit": judged(4, 0), "value": judged(4, 0)}
    assert aspect_fact(one) == aspect_fact(other)
