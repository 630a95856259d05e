"""A customer asks to be forgotten."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.utils import timezone

from customers.access import UnknownCustomer, create_login
from customers.models import Customer, ImportRun, Purchase, Review
from recommendations.assistant.ask import ask
from recommendations.erasure import AlreadyErased, complete, complete_all, erase
from recommendations.models import Conversation, ErasureReceipt, Rating, Recommendation
from tests.erasure.rows import everything
from tests.factories import a_customer, a_product, a_purchase, a_review
from tracing.masking import pseudonym
from tracing.models import Observation, OutboxEntry, Trace
from tracing.models.rollups import UsageCount
from tracing.relay import Relay
from tracing.spans import observe, observe_root
from tracing.storage import store

pytestmark = pytest.mark.django_db(transaction=True)

NAME, ID = "Zelda Quackenbush", "cust-zq-4711"


@pytest.fixture
def zelda():
    """Somebody who left something in every corner of the shop, beside somebody who did too."""
    router, cable = a_product("Router", "Electronics"), a_product("Cable", "Electronics")
    zelda = a_customer(NAME, external_id=ID, country="Zamunda")
    create_login(zelda, "a-good-password")
    for customer in (zelda, a_customer("Ada Lovelace", external_id="ada")):
        a_purchase(customer, router, external_id=f"receipt-{customer.external_id}", country=customer.country)
        a_review(
            router, f"Words of {customer.external_id}", customer=customer, external_id=f"rev-{customer.external_id}"
        )
        conversation = Conversation.objects.create(customer=customer)
        answer = ask(
            f"a cable for {customer.name}",
            channel="web",
            customer=customer,
            conversation=conversation,
            user=customer.user,
        )
        answer.rate(rater=Rating.rater_of(customer), stars=Decimal(4), comment=f"From {customer.external_id}")
    assert cable
    zelda.refresh_from_db()
    return zelda


def answer_of(external_id):
    return Recommendation.objects.get(customer__external_id=external_id)


def test_nothing_of_the_person_is_left_in_any_table(zelda):
    Client().login(username=zelda.user.username, password="a-good-password")
    staff = User.objects.create_superuser("staff")
    for row in (zelda, answer_of(ID)):
        kind = ContentType.objects.get_for_model(row)
        LogEntry.objects.create(
            user=staff,
            content_type=kind,
            object_id=row.pk,
            object_repr=str(row),
            action_flag=CHANGE,
            change_message=str(row),
        )
    before = everything()
    assert all(planted in before for planted in (NAME, ID, "Zamunda", pseudonym(ID)))
    receipt = erase(ID, by="staff")
    left = everything()
    for planted in (NAME, "Zelda", "Quackenbush", ID, "Zamunda"):
        assert planted not in left
    assert everything("tracing_").count(pseudonym(ID)) == 0
    assert receipt.state == "done"
    assert receipt.erased["traces"] == 1
    assert receipt.erased["sessions"] == 1
    assert not Purchase.objects.filter(external_id="receipt-" + ID).exists()


def test_everybody_else_stays_whole(zelda):
    erase(ID, by="staff")
    answer = answer_of("ada")
    assert answer.query == "a cable for Ada Lovelace"
    assert answer.stored_trace.observations.exists()
    assert answer.stored_trace.scores.get(name="user_rating").comment == "From ada"
    assert Review.objects.get(customer__external_id="ada").text == "Words of ada"
    assert Purchase.objects.get().customer.name == "Ada Lovelace"


def test_what_was_recommended_still_counts(zelda):
    answer = answer_of(ID)
    shown, took = answer.products.count(), answer.processing_time_ms
    erase(ID, by="staff")
    answer.refresh_from_db()
    assert (answer.query, answer.reasoning, answer.customer_profile, answer.filters) == ("", "", {}, {})
    assert (answer.intent, answer.stars, answer.processing_time_ms) == ("recommendation", 4, took)
    assert answer.products.count() == shown > 0
    assert not any(item.reasons for item in answer.products.all())
    rating = answer.ratings.get()
    assert (rating.stars, rating.comment) == (4, "")
    router = Review.objects.get(customer=None)
    assert (router.text, router.sentiment) == ("", 0.8)


def test_purchases_may_stay_as_nobodys(zelda):
    Purchase.objects.filter(customer=zelda).update(purchased_at=datetime(2026, 3, 1, 17, 31, tzinfo=UTC))
    erase(ID, by="staff", keep_purchases=True)
    kept = Purchase.objects.exclude(customer__external_id="ada").get()
    assert (kept.customer.name, kept.customer.user, kept.country) == ("", None, "")
    assert kept.customer.external_id.startswith("erased-")
    assert kept.purchased_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert ID not in everything()


def test_what_she_said_of_answers_to_others_goes_too(zelda):
    answer = answer_of("ada")
    answer.rate(rater=Rating.rater_of(zelda), stars=Decimal(1), comment="I disagree")
    receipt = erase(ID, by="staff")
    assert receipt.erased["scores"] == 2
    assert answer.stored_trace.scores.filter(name="user_rating").count() == 1
    assert "I disagree" not in everything()


def test_traces_under_an_earlier_key_and_of_the_session_are_found_by_their_link(zelda, settings):
    trace = answer_of(ID).stored_trace
    with observe_root("chat") as root:
        root.session_id = trace.session_id
    with transaction.atomic():
        store(root)
    settings.PSEUDONYM_KEY = "another"
    assert erase(ID, by="staff").erased["traces"] == 2
    assert set(Trace.objects.all()) == {answer_of("ada").stored_trace}


def test_what_models_read_of_her_in_the_background_goes_too(zelda):
    for name, given in (
        ("answer_judgement", {"recommendation": str(answer_of(ID).pk)}),
        ("answer_judgement", {"recommendation": str(answer_of("ada").pk)}),
        ("review_sentiment", ["rev-ada", f"rev-{ID}"]),
        ("review_sentiment", ["rev-ada"]),
    ):
        with observe_root(name, input=given) as root, observe("words", "generation", input=f"read {given}"):
            pass
        with transaction.atomic():
            store(root)
    assert erase(ID, by="staff").erased["traces"] == 3
    left = Observation.objects.filter(name="words").values_list("input", flat=True)
    assert len(left) == 2
    assert not any(ID in str(text) for text in left)


def test_what_was_counted_of_her_keeps_its_sums_and_no_key(zelda):
    session = str(answer_of(ID).conversation_id)
    for of, key in (("user", pseudonym(ID)), ("session", session), ("user", pseudonym("ada"))):
        UsageCount.objects.create(day="2026-03-01", of=of, key=key, traces=7, cost=1)
    erase(ID, by="staff")
    kept = UsageCount.objects.filter(day="2026-03-01")
    assert [count.traces for count in kept] == [7, 7, 7]
    keys = [count.key for count in kept]
    assert pseudonym("ada") in keys
    assert not {pseudonym(ID), session} & set(keys)


def test_staff_who_are_customers_keep_their_sign_in(zelda):
    zelda.user.is_staff = True
    zelda.user.save()
    assert erase(ID, by="staff").erased["sign-in"] == 0
    assert User.objects.filter(is_staff=True).exists()


def test_her_rows_in_rejects_files_go(zelda, tmp_path):
    path = tmp_path / "rejects.csv"
    path.write_text(
        "line,reason,transaction_id,customer_id,customer_name,quantity\n"
        f"2,quantity,t1,{ID},{NAME},-1\n"
        f'3,quantity,t2,,"{NAME}",-1\n'
        f"4,quantity,{ID},ada,Ada Lovelace,-1\n"
    )
    ImportRun.objects.create(kind="purchases", file="f.csv", rejects_file=str(path))
    ImportRun.objects.create(kind="purchases", file="f.csv", rejects_file=str(tmp_path / "long-gone.csv"))
    assert erase(ID, by="staff").erased["rows of rejects files"] == 2
    assert path.read_text().splitlines()[1:] == [f"4,quantity,{ID},ada,Ada Lovelace,-1"]
    assert [file.name for file in tmp_path.iterdir()] == ["rejects.csv"]


def test_nobody_of_that_id_and_twice(zelda):
    with pytest.raises(UnknownCustomer, match="nobody"):
        erase("nobody", by="staff")
    assert not ErasureReceipt.objects.exists()
    first = erase(ID, by="staff")
    with pytest.raises(AlreadyErased) as said:
        erase(ID, by="staff")
    assert said.value.receipt == first


def test_a_question_that_is_being_answered_leaves_nothing(zelda, monkeypatch):
    """It began before, and wants to store its answer after."""
    from recommendations.assistant import ask as asking

    describe = asking.describe

    def meanwhile(*args):
        describe(*args)
        erase(ID, by="staff")

    monkeypatch.setattr(asking, "describe", meanwhile)
    with pytest.raises(Exception, match="foreign key"):
        ask("a cable", channel="web", customer=zelda)
    assert ID not in everything()
    assert not Trace.objects.filter(user_pseudonym=pseudonym(ID)).exists()


# LangFuse


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


def test_a_rating_of_somebody_elses_answer_that_a_relay_is_sending_is_waited_for(langfuse, zelda):
    answer_of("ada").rate(rater=Rating.rater_of(zelda), stars=Decimal(1), comment="mine")
    delivered()
    hers = OutboxEntry.objects.get(score__comment="mine")
    lease_ends = timezone.now() + timedelta(seconds=20)
    OutboxEntry.objects.filter(pk=hers.pk).update(state=OutboxEntry.State.WAITING, due_at=lease_ends)
    receipt = complete(erase(ID, by="staff"), patience=0)
    assert receipt.quiet_at == lease_ends
    assert receipt.state == "under way"


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
