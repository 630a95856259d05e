"""The helpers for a shop's own code, as its programmers would use them."""

import asyncio
import json

import pytest
from django.db import transaction

from tests.factories import a_customer, a_recommendation, a_trace
from tests.tracing.answers import stored
from tracing import context
from tracing.context import TraceContext
from tracing.models import OutboxEntry, Score, Trace
from tracing.shop import event, score, span
from tracing.spans import observe_root, present

pytestmark = pytest.mark.django_db


def test_inside_a_question_a_span_is_a_child():
    with observe_root("answer") as root:
        with span("stock", "tool", input={"product": "t1"}, metadata={"warehouse": 2}) as seen:
            seen.output = 3
            event("reserved", {"until": "noon"})
        event("shown")
    assert [(seen.parent.name, seen.type, seen.name) for seen in root.spans[1:]] == [
        ("answer", "TOOL", "stock"),
        ("stock", "EVENT", "reserved"),
        ("answer", "EVENT", "shown"),
    ]
    assert (seen.input, seen.output, seen.metadata) == ({"product": "t1"}, 3, {"warehouse": 2})
    assert not Trace.objects.exists()  # that is for whoever opened the root


def test_elsewhere_it_is_a_trace_of_its_own():
    with context.entered(TraceContext("ab" * 16, user_pseudonym="u1", session_id="s1")):
        with span("nightly prices", input="k@example.org", metadata={"rows": 3}) as seen:
            seen.root.tags.append("job:prices")
            seen.root.sensitive.append("Kenneth Martinez")
            seen.output = "for Kenneth"
            with span("fetch"):
                pass
        event("done", {"rows": 3})
    prices, done = Trace.objects.order_by("pk")
    assert (prices.trace_id, prices.user_pseudonym, prices.session_id) == ("ab" * 16, "u1", "s1")
    assert (prices.tags, prices.metadata) == (["job:prices"], {"rows": 3})
    first, fetch = prices.observations.all()
    assert (first.input, first.output) == ("[email]", "for [name]")
    assert (fetch.name, fetch.parent_span_id) == ("fetch", first.span_id)
    assert [(seen.type, seen.name) for seen in done.observations.all()] == [("EVENT", "done")]
    assert done.metadata == {"rows": 3}


def test_what_raised_is_stored_with_its_message_and_goes_on():
    with pytest.raises(TimeoutError), span("nightly prices"), span("fetch"):
        raise TimeoutError("ask k@example.org")
    trace = Trace.objects.get()
    assert (trace.level, trace.status_message) == ("ERROR", "fetch: TimeoutError: ask [email]")


def test_it_decorates_functions_and_coroutines():
    @span("double", "tool")
    def double(number):
        return 2 * number

    @span("halve", "tool")
    async def halve(number):
        await asyncio.sleep(0)
        return number / 2

    async def work():
        return await asyncio.gather(halve(8), halve(6))

    with observe_root("answer") as root:
        assert double(2) + double(3) == 10
        assert asyncio.run(work()) == [4, 3]
    assert [seen.name for seen in root.spans[1:]] == ["double"] * 2 + ["halve"] * 2
    assert {seen.parent for seen in root.spans[1:]} == {root}
    assert root.spans[1].input is None  # arguments may be anything


def test_a_generator_is_not_decorated_but_has_its_span_inside():
    with pytest.raises(TypeError, match="words is a generator"):

        @span("words")
        def words():
            yield 1


def test_an_unknown_type_is_refused_where_it_is_entered():
    with pytest.raises(ValueError, match="WIZARD"), span("x", "wizard"):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_does_not_take_the_trace_along():
    with pytest.raises(LookupError), transaction.atomic(), span("risky"):
        raise LookupError("no")
    trace = Trace.objects.get()
    assert (trace.name, trace.level) == ("risky", "ERROR")


@pytest.mark.django_db(transaction=True)
def test_in_a_coroutine_it_is_stored_as_well():
    async def work():
        with span("awaited"), span("inner"):
            await asyncio.sleep(0)

    asyncio.run(work())
    assert [seen.name for seen in Trace.objects.get().observations.all()] == ["awaited", "inner"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_does_not_stop_the_work(caplog, monkeypatch):
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", _broken)
    with span("work"):
        done = True
    assert done
    assert "of work could not be stored" in caplog.text
    assert present() is None


def _broken(*_args):
    from django.db import OperationalError

    raise OperationalError("the database is gone")


def test_the_present_trace_is_scored_when_it_is_stored(settings):
    settings.LANGFUSE_ENABLED = True
    with observe_root("answer") as root, span("inner"):
        root.sensitive.append("Kenneth")
        score("complete", 0.5, comment="Kenneth said so")
        score("complete", True)
        score("helpful", 1, comment="Kenneth said so")
    assert not Score.objects.exists()
    trace = stored(root)
    assert {(each.name, each.value, each.comment) for each in trace.scores.all()} == {
        ("complete", 1.0, ""),
        ("helpful", 1.0, "[name] said so"),
    }
    assert OutboxEntry.objects.filter(kind="score").count() == 2


def test_a_trace_is_scored_by_its_id_and_again(settings):
    settings.LANGFUSE_ENABLED = True
    former, trace = a_trace(trace_id="ab" * 16), a_trace(trace_id="ab" * 16, delivery="waiting")
    Trace.objects.filter(pk=former.pk).update(started_at="2020-01-01T00:00Z")
    score("complete", 0.25, trace_id=trace.trace_id)
    score("complete", 0.75, comment="mail k@example.org", trace_id=trace.trace_id)
    only = Score.objects.get()
    assert (only.trace, only.value, only.comment) == (trace, 0.75, "mail [email]")
    assert json.loads(bytes(OutboxEntry.objects.get().body or b""))["value"] == 0.75


def test_a_customers_rating_is_the_recommendations():
    answer = a_recommendation(a_customer())
    score("user_rating", 4.5, comment="Nice", trace_id=answer.trace_id)
    rating = answer.ratings.get()
    assert (rating.stars, rating.comment, rating.rater) == (4.5, "Nice", f"customer:{answer.customer.external_id}")
    assert [(each.name, each.value) for each in answer.stored_trace.scores.all()] == [("user_rating", 4.5)]
    score("user_rating", 2, trace_id=answer.trace_id)  # changed, as from any other door
    assert answer.ratings.count() == 2
    assert answer.stored_trace.scores.get().value == 2
    answer.refresh_from_db()
    assert answer.stars == 2


@pytest.mark.parametrize("stars", [0, 0.5, 5.5, 4.2, -1])
def test_a_rating_is_one_to_five_in_halves(stars):
    answer = a_recommendation()
    with pytest.raises(ValueError, match="1 to 5 stars"):
        score("user_rating", stars, trace_id=answer.trace_id)
    assert not Score.objects.exists()


def test_scores_that_judge_nothing_are_refused():
    for name, value in (("", 1), (" ", 1), ("x" * 101, 1), ("x", float("nan")), ("x", float("inf"))):
        with pytest.raises(ValueError, match="score"):
            score(name, value, trace_id="ab" * 16)
    with pytest.raises(Trace.DoesNotExist):
        score("x", 1, trace_id="ab" * 16)
    with pytest.raises(LookupError, match="No trace is open"):
        score("x", 1)
    with observe_root("answer"), pytest.raises(ValueError, match="give its trace_id"):
        score("user_rating", 5)
    with pytest.raises(ValueError, match="no recommendation"):
        score("user_rating", 5, trace_id=a_trace().trace_id)
