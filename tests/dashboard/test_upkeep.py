"""When days are counted again, and when they are not."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from recommendations.models import ConversionCount, PopularCount, QuestionCount, RatingCount, Recommendation
from tests.dashboard.rows import a_question, counted
from tests.factories import a_customer, a_product, a_purchase, a_recommendation
from tests.tracing.answers import an_answer, stored
from tracing.models import CountedDay, ObservationCount, Recount, Trace, TraceCount, UsageCount
from tracing.retention import prune
from tracing.rollups import traces
from tracing.rollups.days import changed_days, day_of, roll_up
from tracing.tasks import roll_up as task

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def due() -> list[date]:
    return [found.day for found in changed_days()]


def test_a_stored_trace_has_its_day_counted():
    stored(an_answer())
    assert due() == [timezone.localdate()]
    task()
    assert due() == []
    assert TraceCount.objects.get().number == 1
    assert {row.name for row in ObservationCount.objects.all()} == {"answer", "words", "filtered"}
    assert UsageCount.objects.get(of="user").key == "u1"


def test_what_is_rolled_back_is_not_counted():
    with transaction.atomic():
        a_recommendation(a_customer())
        transaction.set_rollback(True)
    assert due() == []


def test_days_that_have_not_changed_are_left_alone():
    counted(a_question(NOON), a_question(NOON + timedelta(days=1)))
    before = {row.day: row.counted_at for row in CountedDay.objects.all()}
    Recommendation.objects.order_by("created_at").first().rate(rater="customer:1", stars=Decimal(4))
    roll_up()
    after = {row.day: row.counted_at for row in CountedDay.objects.all()}
    assert [day for day in after if after[day] != before[day]] == [NOON.date()]


def test_a_change_on_the_day_is_counted_later_where_counting_takes_long():
    stored(an_answer())
    roll_up()
    CountedDay.objects.update(seconds=10)
    stored(an_answer())
    assert roll_up(share=0.02) == 0  # ten seconds are 2 % of eight minutes
    CountedDay.objects.update(counted_at=timezone.now() - timedelta(minutes=9))
    assert roll_up(share=0.02) == 1
    assert TraceCount.objects.get().number == 2


def test_pruned_days_keep_what_was_counted_and_still_get_ratings():
    at = timezone.now() - timedelta(days=120)
    customer, lamp = a_customer(), a_product("Lamp", "Home")
    answer = a_question(at, customer, lamp, tokens=(100, 10), cost="0.5", unfound="drone")
    counted(answer)
    kept = [list(model.objects.order_by("pk").values_list()) for model in (TraceCount, ObservationCount, UsageCount)]
    prune(timedelta(days=90))
    assert not Trace.objects.filter(pk=answer.stored_trace_id or 0).exists()
    answer = Recommendation.objects.get()
    answer.rate(rater="customer:1", stars=Decimal(5))
    assert roll_up() == 1
    assert kept == [list(m.objects.order_by("pk").values_list()) for m in (TraceCount, ObservationCount, UsageCount)]
    assert RatingCount.objects.get(of="intent").total == 5
    assert RatingCount.objects.get(of="prompt").shown == 1  # as it was: which prompt it had is not known any more


def test_what_nobody_has_counted_is_counted_before_it_is_pruned():
    a_question(timezone.now() - timedelta(days=120), tokens=(7, 3))
    Recount.objects.all().delete()
    call_command("roll_up", since=(timezone.localdate() - timedelta(days=121)), verbosity=0)
    TraceCount.objects.all().delete()
    Recount.objects.create(at=timezone.now() - timedelta(days=120))
    prune(timedelta(days=90))
    assert not Trace.objects.exists()
    assert TraceCount.objects.get().input_tokens == 7


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_each_day_once():
    answers = [a_question(NOON + timedelta(days=n), tokens=(10, 1)) for n in range(6)]
    Recount.objects.all().delete()
    Recount.objects.bulk_create([Recount(at=answer.created_at) for answer in answers])
    failures: list[BaseException] = []

    def work() -> None:
        try:
            roll_up()
        except BaseException as failure:  # noqa: BLE001 (told to the test)
            failures.append(failure)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert sorted(TraceCount.objects.values_list("day", "number", "input_tokens")) == [
        (NOON.date() + timedelta(days=n), 1, 10) for n in range(6)
    ]


def test_the_dearest_of_a_day_are_told_apart_and_the_others_are_one(monkeypatch):
    monkeypatch.setattr(traces, "USAGE", traces.USAGE.replace("place <= 100", "place <= 2"))
    counted(*(a_question(NOON, a_customer(), tokens=(n, 0), cost=str(n)) for n in range(1, 6)))
    rows = UsageCount.objects.filter(of="user").order_by("-cost")
    assert [row.cost for row in rows.exclude(key="")] == [5, 4]
    others = rows.get(key="")
    assert (others.cost, others.traces) == (Decimal(6), 3)


@pytest.mark.parametrize(
    ("after", "bought"),
    [(timedelta(hours=-1), 0), (timedelta(minutes=1), 1), (timedelta(days=7), 1), (timedelta(days=7, seconds=1), 0)],
)
def test_only_what_is_bought_in_the_week_after_a_list_counts(after, bought):
    ada, lamp = a_customer(), a_product()
    counted(a_question(NOON, ada, lamp))
    assert ConversionCount.objects.get(by="rfm").bought == 0
    a_purchase(ada, lamp, purchased_at=NOON + after)
    a_purchase(ada, a_product(), purchased_at=NOON + timedelta(days=1))
    roll_up()
    assert ConversionCount.objects.get(by="rfm").bought == bought


def test_a_purchase_that_is_taken_back_no_longer_counts():
    ada, lamp = a_customer(), a_product()
    purchase = a_purchase(ada, lamp, purchased_at=NOON + timedelta(days=1))
    counted(a_question(NOON, ada, lamp))
    assert ConversionCount.objects.get(by="rfm").bought == 1
    purchase.delete()
    assert due() == [NOON.date()]
    roll_up()
    assert ConversionCount.objects.get(by="rfm").bought == 0


def test_an_import_has_the_answers_before_its_purchases_counted_again():
    ada, lamp = a_customer(), a_product()
    counted(a_question(NOON, ada, lamp))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # as an import does
        a_purchase(ada, lamp, purchased_at=NOON + timedelta(days=1))
    assert due() == [NOON.date()]


def test_personal_data_among_the_words_is_masked():
    counted(a_question(NOON, constraints={"words": "Lamp for ada@example.com"}))
    assert PopularCount.objects.get(of="words").key == "lamp for [email]"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("A mug with Zelda on it", "mug Zelda"),  # the asker's own
        ("a mug with zelda quackenbush on it", "mug zelda quackenbush"),
        ("A mug for Ada Lovelace", "mug Ada Lovelace"),  # another customer
        ("a mug of jose quackenbush", "mug jose quackenbush"),
        ("My name is Grace Hopper, a mug please", "mug grace hopper"),
        ("A mug, call +44 20 7946 0958", "mug 44 20 7946 0958"),
    ],
)
def test_who_is_personal_in_the_question_is_masked_in_its_words(query, words):
    a_customer("Ada Lovelace")
    asker = "José Quackenbush" if "jose" in words else "Zelda Quackenbush"
    counted(a_question(NOON, a_customer(asker), query=query, constraints={"words": words}))
    key = PopularCount.objects.get(of="words").key
    assert key.startswith("mug [")
    assert set(key.split()[1:]) <= {"[name]"}


def test_the_command_says_how_long_it_took_and_counts_any_day_again(capsys):
    counted(a_question(NOON))
    QuestionCount.objects.all().delete()
    call_command("roll_up", "--since", "2026-06-01")
    assert "days counted in" in capsys.readouterr().out
    assert QuestionCount.objects.get().day == day_of(NOON)


@pytest.mark.parametrize("day", ["yesterday", "2999-01-01", "1066-10-14", "2026-02-30"])
def test_a_bad_day_is_named(day):
    with pytest.raises(CommandError, match=day):
        call_command("roll_up", "--since", day)
