"""A customer asks to be forgotten: what LangFuse has of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from customers.models import Customer
from recommendations.erasure import complete, complete_all, erase
from recommendations.models import Rating, Recommendation
from tests.erasure.zelda import ID, answer_of
from tracing.masking import pseudonym
from tracing.models import OutboxEntry, Trace
from tracing.relay import Relay
from tracing.spans import observe_root
from tracing.storage import store

pytestmark = pytest.mark.django_db


def delivered():
    OutboxEntry.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    Relay().run()


def of_her(langfuse):
    return [row for row in langfuse.observations.values() if row["userId"] == pseudonym(ID)]


def test_langfuse_shows_nothing_of_her_any_more(langfuse, zelda):
    delivered()
    hers, others = answer_of(ID), answer_of("ada")
    session = str(hers.conversation_id)
    langfuse.score_rows["of the session"] = {"id": "of the session", "sessionId": session, "visible": 0, "value": 1}
    for answer in (hers, others):
        key = f"item {answer.trace_id}"
        langfuse.items[key] = {"id": key, "sourceTraceId": answer.trace_id}
    assert of_her(langfuse)
    assert len(langfuse.scores) == 3
    langfuse.deletion_takes = 0.5
    receipt = complete(erase(ID, by="staff"))
    assert receipt.state == "done"
    assert receipt.deleted == {"traces": 1, "scores": 2, "dataset items": 1}
    assert receipt.wanted == {}
    assert not of_her(langfuse)
    assert [score["comment"] for score in langfuse.scores.values()] == ["From ada"]
    assert list(langfuse.items) == [f"item {others.trace_id}"]
    assert {row["traceId"] for row in langfuse.rows} == {others.trace_id}


def test_traces_that_were_pruned_here_are_found_there(langfuse, zelda):
    delivered()
    Trace.objects.all().delete()
    Recommendation.objects.filter(customer=zelda).update(trace_id="")
    assert of_her(langfuse)
    receipt = complete(erase(ID, by="staff"))
    assert receipt.deleted["traces"] == 1
    assert not of_her(langfuse)


def test_a_server_that_cannot_be_asked_for_dataset_items_deletes_the_rest(langfuse, zelda):
    delivered()
    Trace.objects.all().delete()  # so that LangFuse alone knows its trace
    answer = answer_of(ID)
    langfuse.items["item"] = {"id": "item", "sourceTraceId": answer.trace_id}
    Recommendation.objects.filter(pk=answer.pk).update(trace_id="")
    langfuse.takes_items = False
    receipt = complete(erase(ID, by="staff"))
    assert receipt.state == "under way"
    assert "dataset-items" in receipt.error
    assert not of_her(langfuse)
    langfuse.takes_items = True
    complete_all()
    receipt.refresh_from_db()
    assert receipt.state == "done"
    assert not langfuse.items


def test_what_langfuse_has_waits_until_its_settings_are_there_again(langfuse, zelda, settings):
    delivered()
    receipt = erase(ID, by="staff")
    settings.LANGFUSE_ENABLED = False
    assert complete(receipt).state == "under way"
    assert "LANGFUSE_HOST" in receipt.error
    settings.LANGFUSE_ENABLED = True
    assert complete(receipt).state == "done"
    assert not of_her(langfuse)


def test_a_rating_of_somebody_elses_answer_that_a_relay_is_sending_is_waited_for(langfuse, zelda):
    answer_of("ada").rate(rater=Rating.rater_of(zelda), stars=Decimal(1), comment="mine")
    delivered()
    hers = OutboxEntry.objects.get(score__comment="mine")
    lease_ends = timezone.now() + timedelta(seconds=20)
    OutboxEntry.objects.filter(pk=hers.pk).update(state=OutboxEntry.State.WAITING, due_at=lease_ends)
    receipt = complete(erase(ID, by="staff"), patience=0)
    assert receipt.quiet_at == lease_ends
    assert receipt.state == "under way"


@pytest.mark.django_db(transaction=True)
def test_what_a_relay_is_sending_does_not_come_back(langfuse, zelda, settings):
    settings.LANGFUSE_TIMEOUT = 1
    late = []

    def while_the_relay_sends():
        receipt = erase(ID, by="staff")
        assert receipt.quiet_at
        receipt.quiet_at = timezone.now() + timedelta(seconds=1.5)  # a lease's end, sooner
        receipt.save()
        assert complete(receipt, patience=0).state == "under way"  # it cannot know yet
        late.append(receipt)
        connection.close()  # this thread's own

    langfuse.meanwhile = while_the_relay_sends
    delivered()
    assert of_her(langfuse)  # the bytes were in the relay's hands
    (receipt,) = late
    receipt.refresh_from_db()
    assert complete(receipt, patience=20).state == "done"
    assert not of_her(langfuse)
    delivered()
    assert not of_her(langfuse)


def test_a_langfuse_that_is_away_is_asked_later(langfuse, zelda):
    delivered()
    langfuse.status = 503
    receipt = complete(erase(ID, by="staff"))
    assert receipt.state == "under way"
    assert "503" in receipt.error
    assert not Customer.objects.filter(external_id=ID).exists()
    assert complete_all() == 1
    langfuse.status = 0
    assert complete_all() == 0
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error) == ("done", "")
    assert not of_her(langfuse)


def test_a_langfuse_that_says_yes_and_keeps_is_not_believed(langfuse, zelda):
    delivered()
    langfuse.keeps = True
    receipt = complete(erase(ID, by="staff"), patience=0)
    assert receipt.state == "under way"
    assert receipt.left == {"traces": 1, "scores": 1}


def test_a_server_that_heeds_no_filter_loses_nobody_else(langfuse, zelda, monkeypatch):
    delivered()
    plain = type(langfuse).read_observations

    def of_all(server, request):
        request.query.pop("userId", None)
        request.query.pop("sessionId", None)
        return plain(server, request)

    usual = type(langfuse).route
    monkeypatch.setattr(
        type(langfuse),
        "route",
        lambda self, method, path: of_all if "observations" in path else usual(self, method, path),
    )
    others = answer_of("ada").trace_id
    complete(erase(ID, by="staff"), patience=0)
    assert {row["traceId"] for row in langfuse.rows} == {others}


def test_work_that_ended_after_the_rows_had_gone_is_found_again(langfuse, zelda):
    judged = str(answer_of(ID).pk)
    receipt = erase(ID, by="staff")
    with observe_root("answer_judgement", input={"recommendation": judged}) as root:
        root.output = "about her words"
    with transaction.atomic():
        late = store(root)
    langfuse.rows.append({"id": "1", "traceId": late.trace_id, "visible": 0, "userId": None, "sessionId": None})
    complete(receipt, patience=0)
    assert not Trace.objects.filter(pk=late.pk).exists()
    assert late.trace_id not in {row["traceId"] for row in langfuse.rows}
