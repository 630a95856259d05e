"""The page of figures, as staff see it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recommendations.models import Conversation, Recommendation
from tests.dashboard.rows import a_question, counted
from tests.factories import a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
JUNE = {"since": "2026-06-08", "until": "2026-06-14"}
URL = "/admin/dashboard/"


@pytest.fixture
def shop():
    """Two weeks of a small shop: three questions in the second, one in the first."""
    ada, lamp = a_customer("Ada"), a_product("<b>Lamp</b>", "Home")
    talk = Conversation.objects.create(customer=ada)
    answers = [
        a_question(NOON - timedelta(days=5), ada, lamp, tokens=(50, 10), cost="0.01", model="llama3.1:8b"),
        a_question(
            NOON,
            ada,
            lamp,
            conversation=talk,
            took=100,
            tokens=(100, 20),
            cost="0.03",
            model="llama3.1:8b",
            customer_profile={"rfm_segment": "loyal", "price_segment": "premium"},
        ),
        a_question(
            NOON + timedelta(minutes=5), ada, conversation=talk, intent="informational", intent_category="spending"
        ),
        a_question(NOON + timedelta(days=1), unfound="<script>alert(1)</script>", fallbacks=["response_generation: x"]),
    ]
    answers[1].rate(rater="customer:1", stars=Decimal("4.5"))
    answers[2].rate(rater="customer:1", stars=Decimal(3))
    a_purchase(ada, lamp, purchased_at=NOON + timedelta(days=2))
    a_purchase(ada, a_product("Chair"), purchased_at=NOON + timedelta(days=30))  # so that all before is known
    counted(*answers)
    return answers


def shown(client, **chosen):
    return client.get(URL, chosen or JUNE)


def tiles(answer) -> dict[str, tuple[str, str, str]]:
    every = [*answer.context["tiles"], *(tile for section in answer.context["sections"] for tile in section.tiles)]
    return {tile.label: (tile.value, tile.before, tile.change) for tile in every}


def table(answer, caption: str) -> list[list[str]]:
    every = [table for section in answer.context["sections"] for table in section.tables]
    return [[cell.text for cell in row] for found in every if found.caption == caption for row in found.rows]


def test_figures_stand_beside_those_of_as_many_days_before(admin_client, shop):
    figures = tiles(shown(admin_client))
    assert figures["Questions"] == ("3", "1", "+200 %")
    assert figures["Fell back on rules"] == ("33.3 %", "0.0 %", "")
    assert figures["Not found in the shop"][0] == "33.3 %"
    assert figures["Tokens"] == ("120", "60", "+100 %")
    assert figures["Cost"] == ("0.0300 USD", "0.0100 USD", "+200 %")
    assert figures["Stars"][0] == "3.75"
    assert figures["Customers who asked"][:2] == ("1", "1")
    assert figures["for the first time"][0] == "0"
    assert figures["who had asked before"][0] == "1"


def test_tables_tell_what_is_behind_them(admin_client, shop):
    answer = shown(admin_client)
    assert table(answer, "Asked for and not found")[0][:2] == ["<script>alert(1)</script>", "1"]
    assert table(answer, "Products recommended")[0][:3] == ["<b>Lamp</b>", "1", "1"]
    assert table(answer, "By prompt version")[0][0] == "response_generation v1"
    assert table(answer, "What is asked next") == [["recommendation", "what was spent", "1", "100.0 %"]]
    assert table(answer, "Questions a session") == [["2", "1", "0", ""]]
    assert table(answer, "Bought within 7 days, by price segment") == [
        ["premium", "1", "1", "100.0 %", "20.7 % – 100.0 %"]  # Wilson's interval of one in one
    ]
    assert [row[0] for row in table(answer, "By model")] == ["llama3.1:8b", "embedded-composer", "llama3.1:8b"]
    hosted = table(answer, "What the same tokens would have cost on hosted models")
    assert hosted
    assert all(row[2].endswith(" USD") for row in hosted)


def test_what_shoppers_wrote_cannot_act(admin_client, shop):
    html = shown(admin_client).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)" not in html
    assert "<b>Lamp" not in html


def test_each_chart_has_its_numbers_as_a_table(admin_client, shop):
    html = shown(admin_client).content.decode()
    charts = re.findall(r'<figure class="card.*?</figure>', html, re.DOTALL)
    drawn = [chart for chart in charts if "<svg viewBox" in chart and "<title>" in chart]
    assert len(drawn) >= 5
    assert all("<table>" in chart and 'aria-label="' in chart for chart in drawn)


def test_days_without_a_question_are_said_to_be_empty(admin_client, shop):
    answer = shown(admin_client, since="2025-01-01", until="2025-01-31")
    assert tiles(answer)["Questions"] == ("0", "0", "")
    assert "Nothing in these days." in answer.content.decode()


def test_a_shop_that_nobody_has_asked_yet_shows_an_empty_page(admin_client):
    answer = shown(admin_client)
    assert answer.status_code == 200
    assert "Nothing was counted yet" in answer.content.decode()


def test_one_day_is_compared_with_the_day_before(admin_client, shop):
    answer = shown(admin_client, since="2026-06-11", until="2026-06-11")
    assert tiles(answer)["Questions"] == ("1", "2", "−50 %")


@pytest.mark.parametrize(
    ("since", "until", "complaint"),
    [
        ("2026-06-14", "2026-06-08", "The first day is after the last."),
        ("2026-06-31", "2026-07-08", "A day is written as 2026-01-31."),
        ("", "2026-07-08", "Give both days."),
        ("<script>", "x", "A day is written as 2026-01-31."),
        ("1999-01-01", "1999-01-02", "The days have to be from 2000-01-01 to today."),
        ("2026-06-08", "9999-12-31", "The days have to be from 2000-01-01 to today."),
        ("2001-01-01", "2026-01-01", "At most 1,096 days can be shown at once."),
        ("2026-06-08 12:00", "2026-06-09", "A day is written as 2026-01-31."),
    ],
)
def test_bad_days_are_named_and_the_usual_ones_shown(admin_client, since, until, complaint):
    answer = shown(admin_client, since=since, until=until)
    assert answer.status_code == 400
    assert complaint in answer.content.decode()
    assert answer.context["period"].last == timezone.localdate()


def test_the_longest_range_can_be_shown(admin_client, shop):
    assert shown(admin_client, since="2023-07-01", until="2026-06-30").status_code == 200


def test_only_who_has_the_right_sees_it(client, shop):
    assert client.get(URL).status_code == 302
    staff = User.objects.create_user("staff", is_staff=True)
    client.force_login(staff)
    assert client.get(URL).status_code == 403
    assert URL not in client.get(reverse("admin:index")).content.decode()
    staff.user_permissions.add(Permission.objects.get(codename="view_dashboard"))
    assert client.get(URL).status_code == 200
    assert f'href="{URL}"' in client.get(reverse("admin:index")).content.decode()
    client.force_login(User.objects.create_user("shopper"))
    assert client.get(URL).status_code == 302


def test_it_reads_what_was_counted_and_nothing_else(admin_client, shop):
    with CaptureQueriesContext(connection) as few:
        shown(admin_client)
    for number in range(20):
        counted(a_question(NOON + timedelta(hours=number), a_customer(), model=f"model {number}"))
    with CaptureQueriesContext(connection) as many:
        shown(admin_client)
    # session and user; a question each of: questions; traces by day, by name twice and their errors; spending and the
    # dearest twice; popular; ratings; askers twice, sessions, follow-ups, conversions and the newest purchase;
    # counted days
    assert len(few) == len(many) == 19
    tables = {name for query in many for name in re.findall(r'(?:FROM|JOIN) "?(\w+)"?', query["sql"])}
    assert tables - {"django_session", "auth_user", "LATERAL"} == {
        "customers_purchase",  # by its index: when the newest was
        "recommendations_askercount",
        "recommendations_conversioncount",
        "recommendations_followupcount",
        "recommendations_popularcount",
        "recommendations_questioncount",
        "recommendations_ratingcount",
        "recommendations_sessioncount",
        "tracing_countedday",
        "tracing_observationcount",
        "tracing_tracecount",
        "tracing_usagecount",
    }


def test_lists_whose_days_to_buy_are_not_over_do_not_count_as_not_bought(admin_client, shop):
    Recommendation.objects.all().delete()
    ada, lamp = a_customer(), a_product()
    a_purchase(ada, lamp, purchased_at=timezone.now())
    counted(a_question(timezone.now() - timedelta(days=2), ada, lamp))
    today = timezone.localdate()
    answer = shown(admin_client, since=str(today - timedelta(days=6)), until=str(today))
    assert table(answer, "Bought within 7 days, by price segment") == []
    assert tiles(answer)["Questions"][0] == "1"
