"""What a list shows, as a file."""

import csv
import json
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import a_trace
from tests.tracing.answers import an_answer, stored
from tracing.storage import record_score

pytestmark = pytest.mark.django_db


def address(format_):
    return reverse("admin:tracing_trace_export", args=[format_])


def body(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def csv_rows(client, **query):
    return list(csv.DictReader(StringIO(body(client.get(address("csv"), query)), newline="")))


def json_rows(client, **query):
    return [json.loads(line) for line in body(client.get(address("jsonl"), query)).split("\n") if line]


def test_all_that_is_listed_is_exported_and_not_only_a_page(admin_client):
    for number in range(130):
        a_trace(session_id="s" if number < 120 else "t")
    assert len(csv_rows(admin_client)) == 130
    assert len(csv_rows(admin_client, session_id="s")) == 120
    assert len(json_rows(admin_client, session_id="t")) == 10
    assert csv_rows(admin_client, session_id="nobody") == []


def test_a_row_tells_what_the_trace_is(admin_client):
    trace = stored(an_answer())
    (row,) = csv_rows(admin_client)
    assert row["trace_id"] == trace.trace_id
    assert row["started_at"] == trace.started_at.isoformat()
    assert row["tags"] == "intent:recommendation; channel:web"
    assert row["models"] == "llama3.1:8b"
    assert float(row["duration_ms"]) == trace.duration_ms


def test_a_json_line_has_observations_and_scores(admin_client):
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4.5, comment="fine\u2028\nindeed")
    (row,) = json_rows(admin_client)
    assert [seen["name"] for seen in row["observations"]] == ["answer", "words", "filtered"]
    assert row["observations"][1]["output"] == "Try this, Mr [name]."
    assert row["scores"][0]["value"] == 4.5
    assert row["scores"][0]["comment"] == "fine\u2028\nindeed"
    assert row["tags"] == ["intent:recommendation", "channel:web"]


@pytest.mark.parametrize("evil", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "＝cmd()"])
def test_a_spreadsheet_calculates_nothing(admin_client, evil):
    a_trace(name=evil, tags=[evil], duration_ms=3)
    (row,) = csv_rows(admin_client)
    assert row["name"] == row["tags"] == f"'{evil}"
    assert row["duration_ms"] == "3.0"
    assert json_rows(admin_client)[0]["name"] == evil


def test_text_arrives_as_it_was(admin_client):
    text = 'Zoë said: "schön, 好"\r\nand\nleft; 🎈,\u2028'
    a_trace(name=text)
    assert csv_rows(admin_client)[0]["name"] == text
    assert json_rows(admin_client)[0]["name"] == text


def test_queries_do_not_grow_with_the_rows(admin_client):
    stored(an_answer())

    def queries():
        with CaptureQueriesContext(connection) as captured:
            json_rows(admin_client)
        return len(captured)

    one = queries()
    for _ in range(20):
        stored(an_answer())
    assert queries() == one


def test_only_those_with_the_right_export(client):
    a_trace()
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_trace"))
    client.force_login(reader)
    assert "Export all" not in client.get(reverse("admin:tracing_trace_changelist")).content.decode()
    assert client.get(address("csv")).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="export_trace"))
    assert "Export all" in client.get(reverse("admin:tracing_trace_changelist")).content.decode()
    assert len(csv_rows(client)) == 1
    reader.user_permissions.remove(Permission.objects.get(codename="view_trace"))
    assert client.get(address("csv")).status_code == 403


def test_strangers_are_sent_to_sign_in(client):
    assert "/admin/login/" in client.get(address("csv"))["Location"]


def test_the_log_says_who_took_what(admin_client, admin_user):
    for _ in range(3):
        a_trace(level="ERROR", trace_id="abc")
    csv_rows(admin_client, level="ERROR", q="abc")
    entry = LogEntry.objects.get()
    assert entry.user == admin_user
    assert entry.get_change_message() == "Exported 3 as csv: level=ERROR, a search"


def test_no_address_keeps_an_export_out_of_the_log(admin_client):
    a_trace()
    answer = admin_client.get(address("csv"), {"level": "\0"})
    assert len(b"".join(answer.streaming_content).splitlines()) == 2
    assert LogEntry.objects.get().get_change_message().startswith("Exported 1 as csv")


def test_the_log_also_knows_an_export_that_was_broken_off(admin_client):
    for _ in range(1_000):
        a_trace()
    answer = admin_client.get(address("csv"))
    next(iter(answer.streaming_content))
    answer._iterator.close()  # as the server does when the reader is gone
    taken = int(LogEntry.objects.get().get_change_message().split()[1])
    assert 0 < taken < 1_000


@pytest.mark.parametrize(
    ("format_", "query", "status"), [("xml", {}, 404), ("csv", {"unknown": "1"}, 400), ("csv", {"o": "x"}, 200)]
)
def test_bad_wishes_are_refused(admin_client, format_, query, status):
    assert admin_client.get(address(format_), query).status_code == status


def test_the_links_keep_the_filters(admin_client):
    a_trace()
    html = admin_client.get(reverse("admin:tracing_trace_changelist"), {"level": "DEFAULT", "q": "a&b"}).content
    assert f'{address("csv")}?level=DEFAULT&amp;q=a%26b"' in html.decode()
