"""The dashboard in Chromium: on a desk and on a phone, in both themes, with and without JavaScript."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from tests.dashboard.rows import a_question, counted
from tests.factories import a_customer, a_product

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium"),
]


@pytest.mark.parametrize(
    ("width", "colours", "javascript"),
    [(1440, "light", True), (1440, "dark", True), (390, "light", True), (390, "dark", False)],
)
def test_charts_are_seen_and_their_numbers_read(live_server, client, monkeypatch, width, colours, javascript):
    sync_api = pytest.importorskip("playwright.sync_api")
    customer, lamp = a_customer(), a_product("Lamp", "Home")
    answers = [
        a_question(
            timezone.now() - timedelta(days=n), customer, lamp, tokens=(900, 90), cost="0.01", model="llama3.1:8b"
        )
        for n in range(5)
    ]
    answers[0].rate(rater="customer:1", stars=Decimal(4))
    counted(*answers)
    client.force_login(User.objects.create_superuser("staff"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=colours, java_script_enabled=javascript
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        strangers = []
        context.on("request", lambda request: strangers.append(request.url))
        page = context.new_page()
        page.goto(f"{live_server.url}/admin/dashboard/")
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
        assert [url for url in strangers if not url.startswith(live_server.url)] == []
        browser.close()
