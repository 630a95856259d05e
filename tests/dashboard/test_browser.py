"""The dashboard in Chromium: on a desk and on a phone, in both themes, with and without JavaScript."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.browsing import IN_CHROMIUM
from tests.dashboard.rows import a_question, counted
from tests.factories import a_customer, a_product

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("width", "colours", "javascript"),
    [(1440, "light", True), (1440, "dark", True), (390, "light", True), (390, "dark", False)],
)
def test_charts_are_seen_and_their_numbers_read(open_as_staff, width, colours, javascript):
    customer, lamp = a_customer(), a_product("Lamp", "Home")
    answers = [
        a_question(
            timezone.now() - timedelta(days=n), customer, lamp, tokens=(900, 90), cost="0.01", model="llama3.1:8b"
        )
        for n in range(5)
    ]
    answers[0].rate(rater="customer:1", stars=Decimal(4))
    counted(*answers)
    page = open_as_staff(
        "/admin/dashboard/",
        viewport={"width": width, "height": 900},
        color_scheme=colours,
        java_script_enabled=javascript,
    )
    chart = page.locator("figure", has_text="Questions a day, by intent")
    assert chart.locator("svg[role=img]").bounding_box()["height"] > 100
    assert chart.locator("rect.c0").count() == 5
    numbers = chart.get_by_role("table")
    assert not numbers.is_visible()
    chart.locator("summary").click()
    assert numbers.is_visible()
    assert numbers.locator("tr").count() == 31  # the heads, and thirty days
    if javascript:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="7 days", exact=True).click()
    assert page.get_by_role("link", name="7 days", exact=True).get_attribute("aria-current") == "page"
