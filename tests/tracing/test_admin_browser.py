"""Staff without JavaScript, which Unfold needs to show anything at all."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from tests.tracing.answers import an_answer, stored

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium"),
]


def test_a_trace_is_read_without_javascript(live_server, client, monkeypatch):
    sync_api = pytest.importorskip("playwright.sync_api")
    trace = stored(an_answer())
    client.force_login(User.objects.create_superuser("staff"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + reverse("admin:tracing_trace_change", args=[trace.pk]))
        output = page.get_by_text("Try this, Mr [name].")
        assert not output.is_visible()
        page.locator("summary", has_text="words").click()
        assert output.is_visible()
        page.goto(live_server.url + reverse("admin:tracing_trace_changelist"))
        page.locator(f'a[href*="/trace/{trace.pk}/change"]').first.click()
        assert f"/trace/{trace.pk}/change" in page.url
        browser.close()
