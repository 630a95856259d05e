"""Every station at which a product can fall out, through real questions."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Product
from recommendations.assistant.ask import QuestionFailed, ask
from recommendations.models import Recommendation
from recommendations.why_not import products_named, why_not
from tests.factories import a_product, a_purchase


def asked(customer, query="What else would I like?", **wishes):
    return ask(query, channel="api", customer=customer, **wishes)


def scores(answer):
    return {row[0]: row[1] for row in answer.evidence["candidates"]}


def test_what_is_listed_has_a_rank(ada):
    answer = asked(ada)
    for item in answer.products.all():
        reason = why_not(answer, item.product)
        assert (reason.station, reason.numbers) == ("listed", {"rank": item.rank})
        assert f"at rank {item.rank}." in reason.sentence


def test_what_reviewers_found_bad(ada, thing):
    reason = why_not(asked(ada), thing("Kettle"))
    assert reason.station == "reviews"
    assert reason.sentence == "Filtered by reviews: its sentiment of 0.42 is under the threshold of 0.60."


def test_near_numbers_are_told_apart(ada, thing):
    Product.objects.filter(name="Kettle").update(sentiment=0.5996)
    assert "of 0.5996 is under the threshold of 0.6000." in why_not(asked(ada), thing("Kettle")).sentence


def test_what_stands_too_low(ada):
    answer = asked(ada, top_n=2)
    best = scores(answer)
    listed = [item.external_id for item in answer.products.all()]
    passing = [row for row in answer.evidence["candidates"] if "reviews" not in row]
    lowest = passing[-1][0]
    reason = why_not(answer, Product.objects.get(external_id=lowest))
    assert reason.sentence == (
        f"Below the list: rank {len(passing)} of {len(passing)}, with a score of {best[lowest]:.2f} against "
        f"{min(best[pid] for pid in listed):.2f} of the last listed."
    )


def test_what_diversity_passed_over(ada):
    answer = asked(ada, top_n=4)
    over = [row for row in answer.evidence["candidates"] if "category" in row]
    assert over  # three of Networking are better than all of Home
    for pid, _, _, number in over:
        place = [row[0] for row in answer.evidence["candidates"]].index(pid)
        listed = {item.external_id for item in answer.products.all()}
        would_be = 1 + sum(row[0] in listed for row in answer.evidence["candidates"][:place])
        reason = why_not(answer, Product.objects.get(external_id=pid))
        assert reason.station == "diversity"
        assert reason.sentence == (
            f"Passed over: of its category {number} were listed before it; it would have been rank {would_be}."
        )
        assert number == 2


def test_what_was_bought_already(ada, thing):
    answer = asked(ada)
    assert why_not(answer, thing("Router")).sentence.startswith("Already bought on 1 March 2026, and")
    a_purchase(ada, thing("Kettle"), purchased_at=answer.created_at + timedelta(days=1))
    assert why_not(answer, thing("Kettle")).station == "reviews"


def test_a_purchase_after_the_question_is_no_reason(ada, thing):
    answer = asked(ada, "a toaster")
    a_purchase(ada, thing("Lamp"), purchased_at=answer.created_at + timedelta(days=1))
    assert why_not(answer, thing("Lamp")).station == "words"


def test_what_was_too_dear_is_told_with_its_price_of_then(ada, thing):
    answer = asked(ada, filters={"max_price": 50})
    Product.objects.filter(name="Lamp").update(price=Decimal(1))
    reason = why_not(answer, thing("Lamp"))
    assert reason.station == "price"
    assert reason.sentence == "Its price of $59.90 was above the limit of $50.00."
    assert reason.numbers["place by taste alone"] >= 1


def test_what_has_no_price_is_within_no_limit(ada, thing):
    Product.objects.filter(name="Lamp").update(price=None)
    answer = asked(ada, filters={"max_price": 50})
    assert why_not(answer, thing("Lamp")).sentence == "It had no price, and the question set a limit of $50.00."
    answer.evidence["excluded"] = []
    assert why_not(answer, thing("Lamp")).sentence.startswith("It has no price today, and the question set a limit")


@pytest.mark.parametrize(
    ("query", "filters", "name", "sentence"),
    [
        ("What would I like, not from Acme?", {}, "Modem", "Ruled out by the shopper's words: not “Acme”."),
        ("What else would I like?", {"exclude_brands": ["acme"]}, "Modem", "Ruled out by the caller's filter: not “ac"),
        ("What would I like, but no lamp?", {}, "Lamp", "Ruled out by the shopper's words: not “lamp”."),
        ("What else would I like?", {"categories": ["Home"]}, "Modem", "It is not of the categories asked for, Home."),
        ("What else would I like?", {"brands": ["Zed"]}, "Modem", "It is not of the brands asked for, Zed."),
        ("What else would I like?", {"min_price": 50}, "Cable", "Its price of $9.50 was below the limit of $50.00."),
        ("a toaster", {}, "Modem", "The words “toaster” do not name it."),
    ],
)
def test_what_the_words_or_filters_ruled_out(ada, thing, query, filters, name, sentence):
    assert why_not(asked(ada, query, filters=filters), thing(name)).sentence.startswith(sentence)


def test_far_from_the_list_the_catalogue_of_today_is_held_against_the_limits(ada, thing):
    answer = asked(ada, "a toaster under 50", filters={"exclude_categories": ["Garden"]})
    answer.evidence["excluded"] = []  # as if the shop had thousands that suit Ada better
    assert why_not(answer, thing("Lamp")).sentence == "Its price today, $59.90, is above the limit of $50.00."
    reason = why_not(answer, thing("Rug"))
    assert reason.sentence == "The words do not name it: its text today has not “toaster”."
    assert reason.numbers == {"products that the words name": 1}


def test_what_came_later_is_told_so(ada):
    answer = asked(ada)
    assert why_not(answer, a_product("New Modem")).station == "not in the shop then"


def test_what_the_engine_did_not_know(ada):
    new = a_product("New Modem")
    answer = asked(ada, filters={"max_price": 1000}, top_n=1)
    answer.evidence["candidates"] = [row for row in answer.evidence["candidates"] if row[0] != new.external_id]
    reason = why_not(answer, new)
    assert reason.station == "unknown to the engine"


def test_what_never_was_a_candidate(ada, thing):
    answer = asked(ada)
    answer.evidence["candidates"] = answer.evidence["candidates"][:3]
    reason = why_not(answer, thing("Vase"))
    last = answer.evidence["candidates"][-1][1]
    assert reason.sentence.startswith(f"Never a candidate: 3 were weighed, the last with a score of {last:.2f}")
    answer.customer = None  # erased meanwhile
    assert "is not known any more" in why_not(answer, thing("Vase")).sentence


def test_an_answer_without_a_search_says_so(ada, thing, monkeypatch):
    answer = asked(ada, "How much have I spent?")
    assert why_not(answer, thing("Lamp")).sentence == "This question asked for facts, so no products were searched."
    monkeypatch.setattr("recommendations.engine.candidates.proposals", None)
    with pytest.raises(QuestionFailed):
        asked(ada)
    failed = Recommendation.objects.get(status="failed")
    assert failed.evidence == {}
    assert why_not(failed, thing("Lamp")).sentence == "This question failed, so no list was made."


def test_an_answer_from_before_says_so(ada, thing):
    answer = asked(ada, top_n=1)
    Recommendation.objects.update(evidence={})
    answer.refresh_from_db()
    assert why_not(answer, answer.products.get().product).station == "listed"
    assert why_not(answer, thing("Kettle")).station == "no evidence"


def test_it_takes_few_queries_and_no_search_anew(ada, thing, django_assert_max_num_queries, monkeypatch):
    answer = Recommendation.objects.get(pk=asked(ada, "a toaster").pk)
    answer.evidence["excluded"] = []
    lamp = thing("Lamp")
    monkeypatch.setattr("recommendations.engine.candidates.find_candidates", None)
    # the list's ids, the customer's purchase, the limits held against the product, the words understood and compared
    with django_assert_max_num_queries(5):
        assert why_not(answer, lamp).station == "words"


def test_products_are_named_by_id_or_by_words(ada, thing):
    answer = asked(ada)
    modem, new = thing("Modem"), a_product("Modem Deluxe", brand="Acme")
    assert products_named(answer, f" {modem.external_id} ").products == [modem]
    assert products_named(answer, "modem").products == [modem]  # called just so
    assert products_named(answer, "deluxe modems").products == [new]
    assert products_named(answer, "acme").products == [modem, thing("Toaster"), new]  # what the evidence knows first
    for nothing in ("", "'; drop table--", "nothing such", "\0"):
        assert products_named(answer, nothing).products == []
    for number in range(12):
        a_product(f"Acme {number}")
    assert products_named(answer, "acme").more


def test_what_the_shop_has_no_more_is_still_explained(ada, thing):
    answer = asked(ada)
    kettle, modem = thing("Kettle"), thing("Modem")
    Product.objects.filter(pk__in=[kettle.pk, modem.pk]).delete()
    [gone] = products_named(answer, kettle.external_id).products
    assert why_not(answer, gone).station == "reviews"
    [gone] = products_named(answer, modem.external_id).products
    assert (gone.name, why_not(answer, gone).station) == ("Modem", "listed")


def told(*arguments):
    out = StringIO()
    call_command("why_not", *arguments, stdout=out)
    return out.getvalue()


def test_the_command(ada, thing):
    answer = asked(ada)
    for name in (str(answer.pk), answer.trace_id):
        text = told(name, "kettle")
        assert text.startswith(f"{thing('Kettle')}: Filtered by reviews")
        assert "  threshold: 0.6\n" in text
    for arguments, complaint in {
        ("nonsense", "kettle"): "no recommendation 'nonsense'",
        (str(answer.pk), "submarine"): "no product 'submarine'",
        (str(answer.pk), "networking"): "Which of them: ",
    }.items():
        with pytest.raises(CommandError, match=complaint):
            told(*arguments)


def test_the_evidence_holds_ids_and_numbers_alone(ada):
    answer = asked(ada, "What else would Ada Lovelace like?")
    ids = set(Product.objects.values_list("external_id", flat=True))
    rows = [*answer.evidence["candidates"], *answer.evidence["excluded"]]
    assert rows
    assert {row[0] for row in rows} <= ids
    texts = {value for row in rows for value in row[1:] if isinstance(value, str)}
    assert texts <= {"reviews", "name", "category"}
    assert all(isinstance(value, int | float | None) for value in answer.evidence["limits"].values())
