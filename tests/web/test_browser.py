"""The pages as people use them: in a real browser, also by keyboard, on a phone and without JavaScript."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from recommendations.assistant.graph import graph
from recommendations.assistant.intent import classifier
from recommendations.models import Rating, Recommendation
from tests.browsing import IN_CHROMIUM
from tests.web.conftest import PASSWORD

ACCESSIBILITY = Path(__file__).with_name("accessibility.js").read_text()
ANSWER = re.compile(r"/questions/[0-9a-f-]{36}/(#rating-\w+)?$")

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Seconds, which no page of these waits for in a running shop."""
    graph()
    classifier.warm_up()


@pytest.fixture
def open_page(chromium, live_server):
    """Opens a page of the shop in a browser of its own; fails the test where the browser had to complain."""
    contexts, complaints = [], []

    def open_one(**options):
        context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints


def sign_in(page):
    page.goto("/")
    page.get_by_label("Username").fill("kenneth")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What are you looking for?")).to_be_visible()


def ask(page, question="What else would I like?"):
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()
    expect(page).to_have_url(ANSWER)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_whole_way(open_page, shop, scripts):
    page = open_page(java_script_enabled=scripts)
    sign_in(page)
    ask(page)
    product = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Modem"))
    expect(product).to_contain_text("$60.00")
    expect(product.get_by_role("list", name="Why").get_by_role("listitem").first).to_be_visible()

    product.get_by_text("4 stars").click(force=True)
    product.get_by_label("Comment").fill("Just right.")
    product.get_by_role("button", name="Save rating").click()
    expect(product).to_contain_text("You gave 4 of 5 stars Saved")
    expect(product).to_contain_text("Just right.")
    product.get_by_text("Change").click()
    product.get_by_text("2 stars").click(force=True)
    product.get_by_role("button", name="Save rating").click()
    expect(product).to_contain_text("You gave 2 of 5 stars")

    page.get_by_role("link", name="Earlier questions").click()
    page.get_by_role("link", name="What else would I like?").click()
    expect(product).to_contain_text("You gave 2 of 5 stars")
    assert [float(rating.stars) for rating in Rating.objects.all()] == [2, 4]
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_by_keyboard_alone(open_page, shop):
    page = open_page()
    sign_in(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("What else would I like?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What else would I like?")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"Answered with \d products?\."))

    page.keyboard.press("Tab")
    for key in ("Space", "ArrowRight", "ArrowRight", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("Fine.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rating = page.locator("#rating-answer")
    expect(rating).to_contain_text("You gave 3 of 5 stars Saved")
    expect(page.get_by_role("status")).to_have_text("Your rating is saved.")

    expect(rating.locator("summary")).to_be_focused()
    for key in ("Enter", "Tab", "ArrowRight", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(rating).to_contain_text("You gave 4 of 5 stars")
    assert Rating.objects.get(replaced_at=None).comment == "Fine."


def test_htmx_changes_only_what_is_new(open_page, shop):
    page = open_page()
    sign_in(page)
    page.evaluate("window.sameDocument = true")
    ask(page)
    page.get_by_label("Comment").first.evaluate("box => box.value = 'a draft'")
    page.locator("#rating-answer").get_by_text("5 stars").click(force=True)
    page.locator("#rating-answer").get_by_role("button", name="Save rating").click()

    expect(page.locator("#rating-answer")).to_contain_text("You gave 5 of 5 stars")
    assert page.evaluate("window.sameDocument")
    page.go_back()
    expect(page.get_by_role("heading", name="What are you looking for?")).to_be_visible()


def test_a_question_sent_twice_is_asked_once(open_page, shop):
    page = open_page()
    sign_in(page)
    page.get_by_label("Your question").fill("What else would I like?")
    page.evaluate("for (let n = 0; n < 3; n++) document.querySelector('.composer').requestSubmit()")
    expect(page).to_have_url(ANSWER)

    assert Recommendation.objects.count() == 1


def test_an_example_is_asked_by_one_click(open_page, shop):
    page = open_page()
    sign_in(page)
    page.get_by_role("button", name="What are my favorite categories?").click()

    expect(page.get_by_role("heading", name="What are my favorite categories?")).to_be_visible()
    expect(page.get_by_label("The answer")).to_contain_text("Networking")


def test_a_shop_out_of_reach_is_told_and_the_question_stays(open_page, shop):
    page = open_page()
    sign_in(page)
    page.context.set_offline(True)
    page.get_by_label("Your question").fill("What else would I like?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_have_text("The shop could not be reached. Please try again.")

    page.context.set_offline(False)
    page.get_by_role("button", name="Ask").click()
    expect(page).to_have_url(ANSWER)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_an_ended_session_leads_to_signing_in_and_back(open_page, shop):
    page = open_page()
    sign_in(page)
    ask(page)
    answer = page.url
    page.context.clear_cookies(name="sessionid")
    page.locator("#rating-answer").get_by_text("5 stars").click(force=True)
    page.locator("#rating-answer").get_by_role("button", name="Save rating").click()
    page.get_by_label("Username").fill("kenneth")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(answer)


def test_a_page_that_was_open_for_too_long_says_so(open_page, shop):
    page = open_page()
    sign_in(page)
    page.context.clear_cookies(name="csrftoken")
    page.get_by_label("Your question").fill("What else would I like?")
    page.get_by_role("button", name="Ask").click()

    expect(page.get_by_role("heading", name="This page was open for too long")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_page_is_accessible_and_fits_a_narrow_phone(open_page, shop, scheme):
    page = open_page(color_scheme=scheme, viewport={"width": 360, "height": 740})

    def check():
        assert page.evaluate(ACCESSIBILITY) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360

    page.goto("/sign-in/")
    check()
    page.get_by_label("Username").fill("kenneth")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text="correct username")).to_be_visible()
    check()
    sign_in(page)
    check()
    ask(page, "A toaster " + "under-50-" * 60)
    check()
    page.goto("/")
    ask(page)
    page.locator("#rating-1").get_by_text("4 stars").click(force=True)
    check()
    page.locator("#rating-1").get_by_role("button", name="Save rating").click()
    page.locator("#rating-1").get_by_text("Change").click()
    check()
    for url in ("/questions/", "/", "/no/such/page"):
        page.goto(url)
        check()
