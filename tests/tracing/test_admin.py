import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from tests.tracing.answers import an_answer, stored
from tracing.models import ModelPrice, OutboxEntry, PromptVersion, Trace
from tracing.prompts import seed_prompts
from tracing.spans import observe_root
from tracing.storage import record_score

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("staff"))
    return client


def page(client, view, *arguments, **query):
    return client.get(reverse(f"admin:tracing_{view}", args=arguments), query)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_what_a_trace_cost(staff):
    stored(an_answer())
    text = text_of(page(staff, "trace_changelist"))
    assert "answer" in text
    assert "120 + 30" in text
    assert "intent:recommendation, channel:web" in text


def test_the_list_takes_as_many_queries_for_one_as_for_many(staff, django_assert_max_num_queries):
    for _ in range(30):
        stored(an_answer())
    with django_assert_max_num_queries(9):
        page(staff, "trace_changelist")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"level__exact": "ERROR"}, 1),
        ({"name": "answer"}, 2),
        ({"environment": "nowhere"}, 0),
        ({"q": "'; drop table--"}, 0),
        ({"started_at_from": "2000-01-01", "started_at_to": "2000-12-31"}, 0),
        ({"started_at_from": f"{timezone.now():%Y-%m-%d}", "started_at_to": f"{timezone.now():%Y-%m-%d}"}, 3),
        ({"started_at_from": "nonsense", "started_at_to": ""}, 3),
    ],
)
def test_traces_are_found(staff, query, number):
    stored(an_answer())
    stored(an_answer())
    with pytest.raises(LookupError), observe_root("failed") as root:
        raise LookupError
    stored(root)
    assert len(page(staff, "trace_changelist", **query).context["cl"].result_list) == number


def test_a_trace_is_found_by_its_id(staff):
    traces = [stored(an_answer()) for _ in range(3)]
    for beginning in (traces[1].trace_id, traces[1].trace_id[:10]):
        assert list(page(staff, "trace_changelist", q=beginning).context["cl"].result_list) == [traces[1]]


def test_hostile_words_stay_words(staff):
    evil = "<script>alert(1)</script>{{ 7 }}"
    with observe_root(evil, input={evil: evil}) as root:
        root.tags, root.metadata = [evil], {evil: evil}
        root.warn(evil)
        root.event(evil)
    trace = stored(root)
    record_score(trace, evil, 1, comment=evil)
    for name, arguments in (("trace_changelist", []), ("trace_change", [trace.pk]), ("score_changelist", [])):
        text = text_of(page(staff, name, *arguments))
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_history_is_not_changed_here(staff):
    trace = stored(an_answer())
    for name in ("trace", "score", "outboxentry", "prompt", "promptversion"):
        assert page(staff, f"{name}_add").status_code == 403
    assert staff.post(reverse("admin:tracing_trace_change", args=[trace.pk]), {"name": "x"}).status_code == 403
    assert page(staff, "trace_delete", trace.pk).status_code == 403
    assert Trace.objects.get().name == "answer"


def test_what_was_set_aside_is_sent_again(staff, langfuse_server):
    one, other = stored(an_answer()), stored(an_answer())
    OutboxEntry.objects.filter(trace=one).update(state="set aside", last_error="400 no")
    text = text_of(page(staff, "outboxentry_changelist"))
    assert "400 no" in text
    keys = list(OutboxEntry.objects.values_list("pk", flat=True))
    answer = staff.post(
        reverse("admin:tracing_outboxentry_changelist"), {"action": "send_again", "_selected_action": keys}, follow=True
    )
    assert "1 entries wait" in answer.content.decode()
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {"waiting"}
    assert page(staff, "outboxentry_change", keys[0]).status_code == 200
    assert other


def test_readers_send_nothing(client, langfuse_server):
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_outboxentry"))
    client.force_login(reader)
    entry = OutboxEntry.objects.get(trace=stored(an_answer()))
    OutboxEntry.objects.update(state="set aside")
    assert "send_again" not in text_of(page(client, "outboxentry_changelist"))
    client.post(
        reverse("admin:tracing_outboxentry_changelist"), {"action": "send_again", "_selected_action": [entry.pk]}
    )
    assert OutboxEntry.objects.get().state == "set aside"
    assert page(client, "trace_changelist").status_code == 403


def test_a_price_is_added_and_never_changed(staff):
    price = {"pattern": "llama3.*", "input_price": "0.000001", "output_price": "0.000002", "valid_from": "2026-01-01"}
    assert staff.post(reverse("admin:tracing_modelprice_add"), {**price, "pattern": "("}).status_code == 200
    assert not ModelPrice.objects.exists()
    staff.post(reverse("admin:tracing_modelprice_add"), price)
    row = ModelPrice.objects.get()
    staff.post(reverse("admin:tracing_modelprice_change", args=[row.pk]), {**price, "input_price": "9"})
    assert ModelPrice.objects.get().input_price == row.input_price
    assert str(stored(an_answer()).cost) == "0.00018000"


def test_prompts_are_read(staff, tmp_path):
    (tmp_path / "greeting.md").write_text("Say <b>hello</b>.")
    (version,) = seed_prompts(tmp_path)
    assert "Say &lt;b&gt;hello&lt;/b&gt;." in text_of(page(staff, "promptversion_change", version.pk))
    assert "v1" in text_of(page(staff, "prompt_change", version.prompt.pk))
    assert page(staff, "promptversion_changelist").status_code == 200
    assert page(staff, "prompt_changelist").status_code == 200
    assert PromptVersion.objects.filter(prompt__name="greeting").count() == 1
