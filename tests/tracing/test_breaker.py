"""What keeps all relays away from a LangFuse that cannot be used."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tracing.models import Breaker, RelayTotals

pytestmark = pytest.mark.django_db

LEASE = timedelta(minutes=1)


def fail(**how):
    return Breaker.objects.failed("no answer", **{"whole": True, **how})


def let_the_pause_pass():
    Breaker.objects.update(open_until=timezone.now() - timedelta(seconds=1))


def test_it_is_closed_until_something_fails():
    breaker = Breaker.objects.load()
    assert (breaker.state, breaker.pause, breaker.failures, breaker.last_error) == ("closed", 0, 0, "")


def test_three_requests_that_failed_in_a_row_open_it():
    assert [fail(whole=False).state for _ in range(3)] == ["closed", "closed", "open"]
    assert Breaker.objects.load().last_error == "no answer"
    assert RelayTotals.load().failures == 3


def test_a_success_between_them_counts_anew():
    for _ in range(4):
        fail(whole=False)
        assert fail(whole=False).state == "closed"
        Breaker.objects.succeeded()


def test_what_the_next_request_would_meet_too_opens_it_at_once():
    assert fail().state == "open"


def test_it_opens_for_as_long_as_langfuse_asks():
    assert 119 < fail(whole=False, retry_after=120).pause <= 120


def test_pauses_grow_to_a_minute():
    pauses = [fail().pause for _ in range(11)]
    assert 1 <= pauses[0] <= 2
    assert 30 <= pauses[-1] <= 60


def test_after_the_pause_one_of_many_may_try():
    fail()
    let_the_pause_pass()
    seen = [Breaker.objects.load() for _ in range(4)]
    assert {breaker.state for breaker in seen} == {"half-open"}
    assert [breaker.start_trial(LEASE) for breaker in seen] == [True, False, False, False]
    assert Breaker.objects.load().state == "open"  # for everybody else
    Breaker.objects.succeeded()
    breaker = Breaker.objects.load()
    assert (breaker.state, breaker.failures) == ("closed", 0)
    assert breaker.last_success_at


def test_a_failed_trial_opens_it_again_for_longer():
    for _ in range(4):
        fail()
    let_the_pause_pass()
    assert Breaker.objects.load().start_trial(LEASE)
    assert 15 < fail(whole=False).pause <= 32


def test_a_success_after_a_success_is_not_written(django_assert_num_queries):
    Breaker.objects.load()
    Breaker.objects.succeeded()
    noted = Breaker.objects.load().last_success_at
    with django_assert_num_queries(1):
        Breaker.objects.succeeded()
    assert Breaker.objects.load().last_success_at == noted


def test_totals_add_up():
    assert RelayTotals.load().sent == 0
    RelayTotals.add(sent=3, confirmed=1)
    RelayTotals.add(sent=2)
    totals = RelayTotals.load()
    assert (totals.sent, totals.confirmed, totals.absent) == (5, 1, 0)
