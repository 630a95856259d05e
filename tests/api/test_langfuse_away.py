"""Whatever LangFuse does, no request has to do with it: what goes there waits in rows."""

import pytest
from django.test import Client

from recommendations.models import Recommendation
from tests.api.wire import get, post
from tracing.models import OutboxEntry, Score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db


def ask(client, **body):
    return post(client, "recommendations/", {"query": "What else would go with my router?", **body})


def test_no_request_asks_langfuse_anything(storefront, sign_in, ada, langfuse_server):
    langfuse_server.hangs = True
    answer = ask(storefront, customer_id="887")
    assert answer.status_code == 201
    pk = answer.json()["id"]
    assert post(storefront, f"recommendations/{pk}/ratings/", {"rating": 4}).status_code == 201
    assert get(storefront, f"recommendations/{pk}/").status_code == 200
    assert ask(storefront, customer_id="nobody").status_code == 404
    assert sign_in(ada).post("/", {"query": "How much did I spend?", "top_n": "5"}).status_code == 302
    staff = sign_in(staff=True, permissions=("view_trace", "view_outboxentry", "view_recommendation"))
    trace = Recommendation.objects.get(pk=pk).stored_trace
    for page in (f"tracing/trace/{trace.pk}/change/", "tracing/trace/", "tracing/outboxentry/"):
        assert staff.get(f"/admin/{page}").status_code == 200
    assert Client().get("/health/ready").status_code == 200
    assert Client().get("/metrics").status_code == 200
    assert langfuse_server.connections == 0
    assert OutboxEntry.objects.filter(kind="score").get().score == Score.objects.get(name="user_rating")
    langfuse_server.hangs = False
    relay()
    assert langfuse_server.connections == 1
    assert set(OutboxEntry.objects.filter(trace=trace).values_list("kind", "state")) == {
        ("spans", "sent"),
        ("score", "sent"),
    }
