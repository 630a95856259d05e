"""The home pages' lists made ahead: the same as on the spot, made once, taken up again, not served when old."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from customers.models import Customer, Product
from recommendations import tasks
from recommendations.engine import home_lists, precomputing
from recommendations.engine.fitting import fit_engine
from recommendations.engine.home_lists import FRESH, home_list
from recommendations.engine.precomputing import begin_lists, make_chunk, make_lists
from recommendations.models import EngineFit, HomeList, ListChunk
from tests.factories import a_customer, a_product, a_purchase

CUSTOMERS = 80

pytestmark = pytest.mark.django_db


@pytest.fixture
def fit(two_tastes):
    return two_tastes


@pytest.fixture
def never_on_the_spot(monkeypatch):
    def refuse(*_):
        raise AssertionError("made on the spot")

    def forbid():
        monkeypatch.setattr(home_lists, "find_candidates", refuse)

    return forbid


def a_gardener() -> Customer:
    return Customer.objects.get(external_id="taste-0")


def shown(listed):
    return [
        (one.product_pk, pytest.approx(one.score, abs=0.01), [reason["text"] for reason in one.reasons])
        for one in listed
    ]


@pytest.mark.parametrize("cap", [1, 3, 100])
def test_what_is_read_is_what_would_be_made_on_the_spot(fit, settings, never_on_the_spot, cap):
    settings.MAX_PER_CATEGORY = cap
    Product.objects.filter(name="Kettle").update(sentiment=0.1, review_count=9)
    customers = [None, a_customer(), *Customer.objects.filter(external_id__in=["taste-0", "taste-1", "taste-2"])]
    fresh = [home_list(customer, 6) for customer in customers]
    make_lists()
    never_on_the_spot()
    read = [home_list(customer, 6) for customer in customers]
    assert "Kettle" not in {one.name for listed in read for one in listed}
    for listed, expected in zip(read, fresh, strict=True):
        assert len(listed) == 6
        assert shown(listed) == shown(expected)


def test_customers_who_bought_nothing_share_one_list(fit, never_on_the_spot):
    newcomers = [a_customer(), a_customer()]
    assert make_lists() == CUSTOMERS
    assert HomeList.objects.count() == CUSTOMERS + 1
    never_on_the_spot()
    assert shown(home_list(newcomers[0])) == shown(home_list(newcomers[1])) == shown(home_list(None)) != []


def test_what_was_bought_since_is_left_out(fit, never_on_the_spot):
    me = a_gardener()
    make_lists()
    first, *others = home_list(me)
    a_purchase(me, Product.objects.get(pk=first.product_pk), purchased_at=timezone.now() - timedelta(seconds=1))
    never_on_the_spot()
    assert shown(home_list(me)) == shown(others)


def test_what_reviewers_find_bad_since_is_left_out(fit, never_on_the_spot):
    make_lists()
    first = home_list(a_gardener())[0]
    Product.objects.filter(pk=first.product_pk).update(sentiment=0.1, review_count=5)
    never_on_the_spot()
    assert first.product_pk not in [one.product_pk for one in home_list(a_gardener())]


def test_a_list_that_has_become_short_is_made_anew(fit, monkeypatch):
    monkeypatch.setattr(precomputing, "KEPT", 3)
    monkeypatch.setattr(home_lists, "KEPT", 3)
    me = a_gardener()
    make_lists()
    assert len(HomeList.objects.get(customer=me).evidence["proposals"]["product_pk"]) == 3
    bought = home_list(me, 3)[0]
    a_purchase(me, Product.objects.get(pk=bought.product_pk))
    listed = home_list(me, 3)
    assert len(listed) == 3
    assert bought.product_pk not in [one.product_pk for one in listed]


def test_a_customer_whose_first_purchase_the_fit_does_not_know_gets_a_list_on_the_spot(fit):
    make_lists()
    newcomer = a_customer()
    a_purchase(newcomer, Product.objects.get(name="Spade"))
    listed = home_list(newcomer)
    assert "Spade" not in {one.name for one in listed}
    assert listed[0].category == "Garden"


def test_lists_of_another_fit_and_old_ones_are_not_served(fit):
    me = a_gardener()
    make_lists()
    kept = HomeList.objects.get(customer=me)
    kept.evidence["proposals"] = {name: column[:1] for name, column in kept.evidence["proposals"].items()}
    kept.save()
    assert len(home_list(me, 5)) == 1  # it is served as it is

    HomeList.objects.filter(customer=me).update(computed_at=timezone.now() - FRESH)
    assert len(home_list(me, 5)) == 5

    HomeList.objects.filter(customer=me).update(computed_at=timezone.now())
    assert len(home_list(me, 5)) == 1
    fit_engine()
    assert len(home_list(me, 5)) == 5


def test_a_round_is_made_once_and_anew_for_each_fit_that_becomes_active(fit):
    assert [make_lists(), make_lists()] == [CUSTOMERS, 0]
    another = fit_engine()
    assert make_lists() == CUSTOMERS
    fit.activate()
    assert make_lists() == CUSTOMERS
    assert set(HomeList.objects.values_list("fit", flat=True)) == {fit.pk}
    assert not ListChunk.objects.filter(fit=another).exists()


def test_chunks_are_shared_and_nobody_s_lists_are_made_twice(fit):
    assert begin_lists(chunk=30) == 3
    mine = ListChunk.objects.claim(fit)
    assert begin_lists(chunk=30) == 0  # somebody is at it
    assert make_lists() == 50
    assert not HomeList.objects.filter(customer__gte=mine.first, customer__lte=mine.last).exists()


def test_what_somebody_left_is_taken_up_after_a_while(fit):
    begin_lists(chunk=30)
    left = ListChunk.objects.claim(fit)
    ListChunk.objects.filter(pk=left.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert make_lists() == CUSTOMERS
    assert not left.finish([])  # who comes too late keeps nothing
    assert HomeList.objects.filter(customer__gte=left.first, customer__lte=left.last).count() == 30


def test_a_round_that_has_ended_keeps_nothing(fit):
    begin_lists()
    chunk = ListChunk.objects.claim(fit)
    fit_engine()
    begin_lists()
    assert not chunk.finish([HomeList(customer=a_gardener(), fit=fit, computed_at=timezone.now(), evidence={})])
    assert not HomeList.objects.filter(customer=a_gardener()).exists()


def test_a_customer_who_was_deleted_does_no_harm(fit):
    begin_lists()
    gone = a_gardener()
    gone.delete()
    assert make_lists() == CUSTOMERS
    assert HomeList.objects.count() == CUSTOMERS


def test_what_is_bought_again_is_listed_until_it_was(fit, settings, never_on_the_spot):
    settings.REPEAT_PURCHASES = "yes"
    fit_engine()
    me = a_gardener()
    had = set(me.purchases.values_list("product", flat=True))
    fresh = home_list(me)
    make_lists()
    never_on_the_spot()
    assert shown(home_list(me)) == shown(fresh)
    again = next(one.product_pk for one in fresh if one.product_pk in had)
    a_purchase(me, Product.objects.get(pk=again), purchased_at=timezone.now())
    left = {one.product_pk for one in home_list(me)}
    assert left == {one.product_pk for one in fresh} - {again}


def test_products_that_the_fit_does_not_know_fill_a_short_list(fit, never_on_the_spot):
    sundial = a_product("Sundial", "Garden")
    make_lists()
    never_on_the_spot()
    assert sundial.pk in [one.product_pk for one in home_list(a_gardener())]
    assert sundial.pk in [one.product_pk for one in home_list(None)]


def test_a_chunk_takes_as_many_queries_as_any(fit, django_assert_max_num_queries):
    begin_lists(chunk=40)
    with django_assert_max_num_queries(14):
        assert make_chunk() == 40


def test_reading_takes_five_queries(fit, django_assert_max_num_queries):
    make_lists()
    home_list(None)
    with django_assert_max_num_queries(5):
        assert home_list(a_gardener())


def test_before_the_first_fit_and_without_products(fit):
    for model in (EngineFit, Customer, Product):
        model.objects.all().delete()
    assert (begin_lists(), make_lists(), home_list(None), home_list(a_customer())) == (0, 0, [], [])
    assert not HomeList.objects.exists()
    fit_engine()
    assert make_lists() == 0
    assert home_list(None) == []


def test_the_command_says_how_fast_it_was(fit):
    out, err = StringIO(), StringIO()
    call_command("precompute_lists", "--chunk", "30", stdout=out, stderr=err)
    assert out.getvalue().startswith("80 lists in ")
    assert "customers a second" in out.getvalue()
    assert err.getvalue().splitlines() == ["30 lists …", "60 lists …", "80 lists …"]
    out = StringIO()
    call_command("precompute_lists", "--quiet", stdout=out)
    assert out.getvalue().startswith("0 lists in ")


@pytest.mark.parametrize("chunk", ["0", "-1", "many"])
def test_a_chunk_has_to_be_a_number(chunk):
    with pytest.raises(CommandError, match="from 1 on"):
        call_command("precompute_lists", "--chunk", chunk)


def test_workers_are_given_a_task_for_each_chunk(fit, settings, monkeypatch):
    settings.EMBEDDED_WORKER = False
    monkeypatch.setattr(precomputing, "CHUNK", 30)
    tasks_given = []
    monkeypatch.setattr(tasks.precompute_chunk, "delay", lambda: tasks_given.append(tasks.precompute_chunk))
    tasks.precompute_lists()
    assert [task() for task in tasks_given] == [30, 30, 20]
    assert HomeList.objects.count() == CUSTOMERS + 1
    tasks.precompute_lists()
    assert len(tasks_given) == 3
