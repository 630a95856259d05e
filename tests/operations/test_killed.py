"""SIGKILL at any moment: an answer and its trace are both there or neither, and nothing is delivered twice or lost."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.db.models import Count, Max

from recommendations.models import Recommendation
from tests.factories import a_customer, a_product, a_purchase, a_review
from tests.operations.processes import PROJECT
from tests.tracing.answers import an_answer, stored
from tests.tracing.decoding import bytes_of, decoded
from tests.tracing.relaying import SCORES
from tracing.models import Observation, OutboxEntry, Score, Trace
from tracing.storage import record_score

pytestmark = pytest.mark.django_db(transaction=True)


def killed_while(work, settings, tmp_path):
    """A process that does this work in the test's database and for the test's LangFuse."""
    here = connection.settings_dict
    address = f"{quote(here['HOST'], safe='')}:{here['PORT']}" if here["PORT"] else quote(here["HOST"], safe="")
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "DJANGO_SETTINGS_MODULE": "shopassist.settings",
        "DATABASE_URL": f"postgres://{here['USER']}:{quote(here['PASSWORD'])}@{address}/{here['NAME']}",
        "DATA_DIR": str(tmp_path),
        "EMBEDDING_MODEL": "none",
        "LANGFUSE_HOST": settings.LANGFUSE_HOST,
        "LANGFUSE_PUBLIC_KEY": settings.LANGFUSE_PUBLIC_KEY,
        "LANGFUSE_SECRET_KEY": settings.LANGFUSE_SECRET_KEY,
        "LANGFUSE_TIMEOUT": "0.2",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.killing", work],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lives(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return int(out)


def test_an_answer_and_its_trace_are_both_there_or_neither(langfuse_server, settings, tmp_path):
    products = [a_product(name, "Kitchen") for name in ("Blue Cup", "Red Cup", "Kettle", "Toaster")]
    for product in products:
        a_review(product)
    for name in ("Ann Lee", "Bob Ray"):
        customer = a_customer(name)
        for product in products[:3]:
            a_purchase(customer, product)
    assert lives(killed_while("asking", settings, tmp_path)) > 10

    answers = Recommendation.objects.select_related("stored_trace")
    assert answers.count() >= 200
    assert Trace.objects.count() == answers.count()
    assert {answer.stored_trace_id for answer in answers} == set(Trace.objects.values_list("pk", flat=True))
    assert all(answer.trace_id == answer.stored_trace.trace_id for answer in answers)
    traces = Trace.objects.annotate(number=Count("observations"), last=Max("observations__position"))
    assert all(trace.number == trace.last + 1 >= 3 for trace in traces)  # none is missing
    assert set(Trace.objects.values_list("delivery", flat=True)) == {"waiting"}
    for entry in OutboxEntry.objects.filter(kind="spans").select_related("trace"):
        spans = {span["span_id"] for span in decoded(bytes_of(entry))}
        assert spans == set(entry.trace.observations.values_list("span_id", flat=True))
    assert OutboxEntry.objects.filter(kind="spans").count() == Trace.objects.count()
    assert OutboxEntry.objects.filter(kind="score").count() == Score.objects.count()
    assert not langfuse_server.requests  # who asks does not send


def test_relays_that_are_killed_lose_nothing_and_double_nothing(langfuse_server, settings, tmp_path):
    """Two of them, while LangFuse takes its time."""
    langfuse_server.slowness = 0.02
    with transaction.atomic():
        ratings = {str(record_score(stored(an_answer()), "user_rating", 4).pk) for _ in range(24)}
    bodies = dict(OutboxEntry.objects.values_list("pk", "body"))
    both = [killed_while("relaying", settings, tmp_path / name) for name in ("one", "other")]
    assert sum(lives(process) for process in both) > 5

    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {"confirmed"}
    assert set(Trace.objects.values_list("delivery", flat=True)) == {"confirmed"}
    assert dict(OutboxEntry.objects.values_list("pk", "body")) == bodies
    expected = Observation.objects.count()
    assert len({(row["id"], row["startTime"]) for row in langfuse_server.rows}) == expected  # what LangFuse merges
    assert set(langfuse_server.observations) == set(Observation.objects.values_list("span_id", flat=True))
    assert set(langfuse_server.scores) == ratings
    taken = [json.loads(request.body) for request in langfuse_server.sent(SCORES) if request.status == 200]
    assert len({(score["id"], score["timestamp"], score["value"]) for score in taken}) == len(ratings)
