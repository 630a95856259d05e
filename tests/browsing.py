"""A real Chromium, and staff's pages in it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

CHROMIUM = Path("/usr/bin/chromium")
IN_CHROMIUM = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is absent")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_as_staff(chromium: Any, live_server: Any, client: Any) -> Iterator[Callable[..., Any]]:
    """Opens a path as staff; fails the test where the browser had to complain, or asked another host."""
    contexts, complaints, asked = [], [], []
    client.force_login(User.objects.create_superuser("staff"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_one(path: str, **options: Any) -> Any:
        context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce", **options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints
    assert all(url.startswith((live_server.url, "data:")) for url in asked)
