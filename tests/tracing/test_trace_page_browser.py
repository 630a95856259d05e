"""A trace's page as staff use it: by keyboard, on a phone, of five hundred observations, without JavaScript."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from tests.tracing.answers import an_answer, stored
from tracing.spans import observe, observe_root

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is absent"),
]


@pytest.fixture(scope="module")
def chromium():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, client):
    """Opens a trace's page as staff; fails the test where the browser had to complain."""
    contexts, complaints, asked = [], [], []
    client.force_login(User.objects.create_superuser("staff"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_one(trace, **options):
        context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce", **options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(reverse("admin:tracing_trace_change", args=[trace.pk]))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints
    assert all(url.startswith((live_server.url, "data:")) for url in asked)  # nothing from elsewhere


def row(page, name):
    return page.locator(".row > details > summary").filter(has=page.locator("b", has_text=name))


def many(number=500):
    with observe_root("answer") as root:
        for chapter in range(number // 10):
            with observe(f"chapter {chapter}", "chain"):
                for page in range(9):
                    with observe(f"page {chapter}-{page}", "tool", input=f"words of {chapter}-{page}"):
                        pass
    return stored(root)


def test_the_waterfall_is_walked_by_keyboard(open_page):
    with observe_root("answer") as root:
        with observe("search", "retriever"), observe("index", input="what the index was asked"):
            pass
        with observe("words", "generation") as words:
            words.output = "Try this."
    page = open_page(stored(root))
    row(page, "answer").focus()
    page.keyboard.press("ArrowDown")
    expect(row(page, "search")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(row(page, "index")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("what the index was asked")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "search")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "index")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(row(page, "words")).to_be_focused()
    page.keyboard.press("Home")
    expect(row(page, "answer")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("checkbox", name="Hide what is below answer")).to_be_focused()
    page.keyboard.press("Space")
    expect(row(page, "words")).to_be_hidden()
    page.keyboard.press("Space")
    expect(row(page, "words")).to_be_visible()


def test_rows_are_found_by_kind_and_by_name(open_page):
    page = open_page(stored(an_answer()))
    page.get_by_label("model calls (1)").check()
    expect(row(page, "words")).to_be_visible()
    expect(row(page, "answer")).to_be_hidden()
    page.get_by_label("everything").check()
    page.get_by_label("named").fill("FILT")
    expect(row(page, "filtered")).to_be_visible()
    expect(row(page, "words")).to_be_hidden()


def test_five_hundred_observations_stay_readable(open_page):
    trace = many()
    for options in ({"viewport": {"width": 1280, "height": 900}}, {"viewport": {"width": 360, "height": 800}}):
        page = open_page(trace, **options)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert len(page.content()) < 600_000
        line = page.locator(".row").nth(250).bounding_box()
        assert line["height"] < 80
        row(page, "page 40-3").click()
        expect(page.get_by_text("words of 40-3", exact=True)).to_be_visible()


def test_bars_have_the_widths_of_their_times(open_page):
    with observe_root("answer") as root, observe("half"):
        pass
    trace = stored(root)
    half = trace.observations.get(name="half")
    trace.observations.update(started_at=trace.started_at, duration_ms=100)
    trace.duration_ms = 100
    trace.save()
    half.duration_ms, half.started_at = 50, trace.started_at
    half.save()
    page = open_page(trace)
    whole, part = (page.locator(".track rect").nth(at).evaluate("e => e.getBBox().width") for at in (0, 1))
    assert part == pytest.approx(whole / 2, abs=1)


def test_a_link_to_an_observation_opens_it(open_page):
    page = open_page(stored(an_answer()))
    page.goto(page.url + "#o-1")
    expect(page.get_by_text("Try this, Mr [name].").first).to_be_visible()


def test_without_javascript_all_can_be_read(open_page):
    trace = many(100)
    page = open_page(trace, java_script_enabled=False)
    row(page, "page 7-3").click()
    page.get_by_role("link", name="What page 7-3 saw").click()
    expect(page.get_by_text("words of 7-3")).to_be_visible()
    page.get_by_role("link", name="the whole trace").click()
    page.get_by_role("checkbox", name="Hide what is below chapter 7").check()
    expect(row(page, "page 7-3")).to_be_hidden()
