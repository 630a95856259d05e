"""A customer asks to be forgotten."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client

from customers.access import UnknownCustomer
from customers.models import ImportRun, Purchase, Review
from recommendations.assistant.ask import ask
from recommendations.erasure import AlreadyErased, erase
from recommendations.models import ErasureReceipt, PopularCount, Rating, Recommendation
from tests.erasure.rows import everything
from tests.erasure.zelda import ID, NAME, answer_of
from tracing.masking import pseudonym
from tracing.models import Observation, Trace
from tracing.models.rollups import UsageCount
from tracing.rollups.days import recount, roll_up
from tracing.spans import observe, observe_root
from tracing.storage import store

pytestmark = pytest.mark.django_db


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


def test_her_words_are_counted_no_more(zelda):
    hers, day = answer_of(ID), datetime(2026, 6, 1, 12, tzinfo=UTC)
    Recommendation.objects.filter(pk=hers.pk).update(created_at=day, unfound="zither", constraints={"words": "zither"})
    hers.ratings.all().delete()
    recount(day.date(), day.date())
    roll_up()
    assert PopularCount.objects.filter(key="zither").count() == 2
    erase(ID, by="staff")
    roll_up()
    assert not PopularCount.objects.filter(key="zither").exists()


def test_her_broken_rows_in_rejects_files_go(zelda, tmp_path):
    path = tmp_path / "rejects.csv"
    kept = [f'4,its quotes are broken,"t3,ada,""Ada {ID}x"', "5,columns,t4,ada,Ada Lovelace,1,1,1"]
    gone = [f'2,its quotes are broken,"t1,{ID},""Zelda"', f"3,columns,t2,,{NAME},1,1,1"]
    path.write_text("\n".join(["line,reason,transaction_id,customer_id,customer_name,quantity", *gone, *kept]) + "\n")
    ImportRun.objects.create(kind="purchases", file="f.csv", rejects_file=str(path))
    assert erase(ID, by="staff").erased["rows of rejects files"] == 2
    assert path.read_text().splitlines()[1:] == kept


def test_a_rejects_file_that_cannot_be_rewritten_leaves_all_as_it_was(zelda, tmp_path):
    """Else the next attempt would say that it is done, and the file would keep her rows."""
    file = tmp_path / "rejects.csv"
    file.mkdir()
    ImportRun.objects.create(kind="reviews", file="reviews.csv", rejects_file=str(file))
    with pytest.raises(IsADirectoryError):
        erase(ID, by="staff")
    assert answer_of(ID).query
    assert not ErasureReceipt.objects.exists()
    file.rmdir()
    file.write_text(f"line,reason,customer_id\n2,no date,{ID}\n")
    assert erase(ID, by="staff").erased["rows of rejects files"] == 1
    assert ID not in file.read_text()


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


@pytest.mark.django_db(transaction=True)
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
