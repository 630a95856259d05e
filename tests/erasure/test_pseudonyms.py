"""Who a trace's pseudonym stands for: known to staff with the right, and written down."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from recommendations.assistant.ask import ask
from recommendations.erasure import erase
from recommendations.models import Recommendation
from recommendations.pseudonyms import customer_of
from tests.factories import a_customer, a_product
from tracing.masking import pseudonym
from tracing.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    a_product("Cable")
    ada = a_customer("Ada Lovelace", external_id="ada")
    a_customer("Grace Hopper", external_id="grace")
    ask("a cable", channel="web", customer=ada)
    return ada


@pytest.fixture
def clerk(client):
    """May see traces, and nothing else."""
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_trace"))
    client.force_login(clerk)
    return clerk


def page_of(trace):
    return reverse("admin:tracing_trace_change", args=[trace.pk])


def resolve(client, trace):
    return client.post(reverse("resolve-pseudonym", args=[trace.pk]), follow=True)


def test_without_the_right_staff_see_the_pseudonym_alone(ada, clerk, client):
    trace = Trace.objects.get()
    html = client.get(page_of(trace)).content.decode()
    assert pseudonym("ada") in html
    assert "Ada" not in html
    assert "Show who it is" not in html
    assert resolve(client, trace).status_code == 403
    assert not LogEntry.objects.exists()
    found = client.get(reverse("admin:tracing_trace_changelist"), {"q": "ada"}).content.decode()
    assert trace.trace_id[:12] not in found


def test_with_the_right_they_see_who_it_is_and_it_is_noted(ada, clerk, client):
    clerk.user_permissions.add(Permission.objects.get(codename="resolve_pseudonym"))
    trace = Trace.objects.get()
    assert "Show who it is" in client.get(page_of(trace)).content.decode()
    assert not LogEntry.objects.exists()
    assert "Ada Lovelace (ada)" in resolve(client, trace).content.decode()
    noted = LogEntry.objects.get()
    assert (noted.user, noted.object_id, trace.trace_id in noted.change_message) == (clerk, str(ada.pk), True)
    assert client.get(reverse("resolve-pseudonym", args=[trace.pk])).status_code == 405


def test_with_the_right_they_find_traces_by_the_customers_id(ada, clerk, client):
    clerk.user_permissions.add(Permission.objects.get(codename="resolve_pseudonym"))
    lists, trace = reverse("admin:tracing_trace_changelist"), Trace.objects.get()
    assert trace.trace_id[:12] in client.get(lists, {"q": "ada"}).content.decode()
    assert LogEntry.objects.get().object_id == str(ada.pk)
    assert trace.trace_id[:12] not in client.get(lists, {"q": "grace"}).content.decode()


def test_a_trace_without_a_recommendation_resolves_too(ada):
    Recommendation.objects.all().delete()
    assert customer_of(pseudonym("grace")).name == "Grace Hopper"
    assert customer_of("0" * 32) is None


def test_a_new_key_unlinks_the_past(ada, clerk, client, settings):
    old = Trace.objects.get()
    settings.PSEUDONYM_KEY = "another key"
    ask("a cable", channel="web", customer=ada)
    new = Trace.objects.latest("pk")
    assert new.user_pseudonym != old.user_pseudonym
    assert customer_of(old.user_pseudonym) is None
    assert customer_of(new.user_pseudonym) == ada
    clerk.user_permissions.add(Permission.objects.get(codename="resolve_pseudonym"))
    html = resolve(client, old).content.decode()
    assert "earlier key" in html
    assert "Ada" not in html


def test_of_an_erased_customer_the_notes_remain_without_the_name(ada, clerk, client):
    clerk.user_permissions.add(Permission.objects.get(codename="resolve_pseudonym"))
    resolve(client, Trace.objects.get())
    erase("ada", by="staff")
    noted = LogEntry.objects.get()
    assert (noted.user, noted.object_repr, noted.change_message) == (clerk, "erased", "")
