"""A trace's page as staff use it: by keyboard, on a phone, of five hundred observations, without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browsing import IN_CHROMIUM
from tests.tracing.answers import an_answer, stored
from tracing.spans import observe, observe_root

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_page(open_as_staff):
    return lambda trace, **options: open_as_staff(reverse("admin:tracing_trace_change", args=[trace.pk]), **options)


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


def test_without_javascript_the_list_leads_to_a_trace_whose_words_fold(open_as_staff):
    trace = stored(an_answer())
    page = open_as_staff(reverse("admin:tracing_trace_changelist"), java_script_enabled=False)
    page.locator(f'a[href*="/trace/{trace.pk}/change"]').first.click()
    output = page.get_by_text("Try this, Mr [name].")
    assert not output.is_visible()
    page.locator("summary", has_text="words").click()
    assert output.is_visible()
