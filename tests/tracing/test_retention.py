"""Old traces go, what they explain stays."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from customers.access import create_login
from tests.factories import a_customer, a_product, a_recommendation, a_trace
from tests.tracing.answers import an_answer, stored
from tracing.models import Observation, OutboxEntry, Pruning, Score, Trace
from tracing.retention import prune, pruned_before
from tracing.storage import record_score
from tracing.tasks import prune_traces

pytestmark = pytest.mark.django_db(transaction=True)
LONG = timedelta(days=90)


def aged(trace, days):
    Trace.objects.filter(pk=trace.pk).update(started_at=timezone.now() - timedelta(days=days))
    return trace


def test_old_traces_go_with_all_that_belongs_to_them_and_new_ones_stay():
    old, new = aged(stored(an_answer()), 100), aged(stored(an_answer()), 80)
    with transaction.atomic():
        record_score(old, "user_rating", 4)
        record_score(new, "user_rating", 4)
    prune(LONG)
    assert set(Trace.objects.all()) == {new}
    assert set(Observation.objects.values_list("trace", flat=True)) == {new.pk}
    assert set(Score.objects.values_list("trace", flat=True)) == {new.pk}


def test_whole_days_of_the_shop_go(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    pruning = prune(LONG)
    midnight = timezone.localtime(pruning.before)
    assert (midnight.hour, midnight.minute, str(midnight.tzinfo)) == (0, 0, "Asia/Tokyo")
    assert LONG <= timezone.now() - midnight < LONG + timedelta(days=1, hours=1)


def test_everything_is_deleted_in_batches(monkeypatch):
    monkeypatch.setattr("tracing.retention.BATCH", 3)
    for _ in range(8):
        aged(a_trace(), 100)
    same_moment = timezone.now() - timedelta(days=120)
    Trace.objects.filter(pk__in=list(Trace.objects.values_list("pk", flat=True)[:5])).update(started_at=same_moment)
    assert prune(LONG).traces == 8
    assert not Trace.objects.exists()


def test_what_is_under_way_to_langfuse_stays_and_what_was_set_aside_goes(settings):
    settings.LANGFUSE_ENABLED = True
    waiting, confirmed, refused = (aged(stored(an_answer()), 100) for _ in range(3))
    OutboxEntry.objects.filter(trace=confirmed).update(state="confirmed")
    OutboxEntry.objects.filter(trace=refused).update(state="set aside")
    out = StringIO()
    call_command("prune_traces", "--older-than", "90d", stdout=out)
    assert set(Trace.objects.all()) == {waiting}
    assert "2 traces from before" in out.getvalue()
    assert "1 are kept" in out.getvalue()
    settings.LANGFUSE_ENABLED = False  # then nothing will ever take it
    assert prune(LONG).traces == 1
    assert not OutboxEntry.objects.exists()


def test_the_limit_is_known_before_the_first_trace_goes(monkeypatch):
    assert pruned_before() is None
    aged(a_trace(), 100)
    known = []

    def note(keys):
        known.append(pruned_before())
        return len(keys)

    monkeypatch.setattr("tracing.retention._delete", note)
    first = prune(LONG)
    assert known == [first.before]
    prune(timedelta(days=200))
    assert pruned_before() == first.before


@pytest.mark.parametrize("text", ["90", "0d", "-1d", "d", "1.5d", "90h", ""])
def test_a_bad_age_is_refused(text):
    with pytest.raises(CommandError, match="no number of days"):
        call_command("prune_traces", f"--older-than={text}")


def test_less_than_a_day_is_refused():
    with pytest.raises(ValueError, match="a day"):
        prune(timedelta(hours=23))
    assert not Pruning.objects.exists()


def test_the_task_prunes_only_where_the_shop_wants_it(settings):
    old = aged(a_trace(), 100)
    settings.TRACE_RETENTION = None
    prune_traces()
    assert Trace.objects.get() == old
    settings.TRACE_RETENTION = LONG
    prune_traces()
    assert not Trace.objects.exists()


def test_a_recommendation_outlives_its_trace_and_can_be_rated():
    answer = a_recommendation()
    aged(answer.stored_trace, 100)
    prune(LONG)
    answer.refresh_from_db()
    assert answer.stored_trace is None
    assert len(answer.trace_id) == 32
    answer.rate(rater="user:1", stars=Decimal(4))
    answer.refresh_from_db()
    assert answer.stars == 4
    assert not Score.objects.exists()


def other_process(work):
    """A thread with a connection of its own, and what becomes of it."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    return ThreadPoolExecutor(1).submit(run)


def test_what_somebody_is_changing_is_left_for_the_next_time():
    """A rating holds its recommendation and then wants the trace: pruning must not hold the trace and want the
    recommendation."""
    held, free = a_recommendation(), a_recommendation()
    for answer in (held, free):
        aged(answer.stored_trace, 100)
    held_trace = held.stored_trace
    assert held_trace
    with transaction.atomic():
        type(held).objects.select_for_update(of=("self",)).get(pk=held.pk)
        other_process(lambda: prune(LONG)).result(20)
        record_score(held_trace, "user_rating", 4)
    assert set(Trace.objects.all()) == {held_trace}
    assert prune(LONG).traces == 1


def test_a_rating_while_its_trace_goes_is_kept():
    answer = a_recommendation()
    aged(answer.stored_trace, 100)
    with transaction.atomic():
        type(answer).objects.select_for_update().get(pk=answer.pk)
        Trace.objects.filter(recommendation=answer).delete()  # pruning, at this moment
        rating = other_process(lambda: answer.rate(rater="user:1", stars=Decimal(5)))
        assert not wait([rating], 0.5).done  # it waits
    rating.result(20)
    assert answer.ratings.get().stars == 5


def test_two_prunings_at_once_delete_each_trace_once(monkeypatch):
    monkeypatch.setattr("tracing.retention.BATCH", 5)
    for _ in range(60):
        aged(a_trace(), 100)
    runs = [other_process(lambda: prune(LONG)) for _ in range(3)]
    for run in runs:
        run.result(30)
    assert not Trace.objects.exists()
    assert sum(Pruning.objects.values_list("traces", flat=True)) == 60


def test_pages_open_and_ratings_are_taken_after_the_trace_went(admin_client, client):
    ada = a_customer("Ada Lovelace")
    create_login(ada, "a-good-password")
    ada.refresh_from_db()
    answer = a_recommendation(ada, a_product("Cable"), asked_by_user=ada.user)
    aged(answer.stored_trace, 100)
    assert prune(LONG).traces == 1
    page = admin_client.get(reverse("admin:recommendations_recommendation_change", args=[answer.pk]))
    assert answer.trace_id in page.content.decode()
    assert admin_client.get(reverse("admin:recommendations_recommendation_changelist")).status_code == 200
    client.force_login(ada.user)
    assert "Cable" in client.get(f"/api/v1/recommendations/{answer.pk}/").content.decode()
    assert client.get(reverse("web:answer", args=[answer.pk])).status_code == 200
    rated = client.post(f"/api/v1/recommendations/{answer.pk}/ratings/", {"rating": 4}, content_type="application/json")
    assert rated.status_code == 201
