"""Personal data is planted wherever something comes in, and looked for in every byte that is stored of a trace, sent to
LangFuse, logged, or shown to Prometheus.
"""

import gzip
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from customers.models import Customer, Review, StorefrontKey
from recommendations.assistant import review_sentiment
from recommendations.assistant.ask import QuestionFailed, ask
from recommendations.models import Recommendation
from tests.erasure.rows import everything
from tests.factories import a_customer, a_product, a_review
from tests.privacy.people import Planted, people
from tracing.logs import MaskedJson, MaskedText, RequestIds
from tracing.models import OutboxEntry, Trace
from tracing.relay import Relay

pytestmark = pytest.mark.django_db(transaction=True)

bounded = hypothesis_settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate],  # smaller examples would take minutes and tell nothing more
)


@contextmanager
def both_logs() -> Iterator[io.StringIO]:
    """What the console says in either format, from DEBUG on."""
    said, root = io.StringIO(), logging.getLogger()
    handlers = [logging.StreamHandler(said), logging.StreamHandler(said)]
    handlers[0].setFormatter(MaskedText("%(levelname)s %(name)s: %(message)s"))
    handlers[1].setFormatter(MaskedJson("%(message)s"))
    for handler in handlers:
        handler.addFilter(RequestIds())
        root.addHandler(handler)
    yield said
    for handler in handlers:
        root.removeHandler(handler)


def begin() -> None:
    """An example's rows are not those of the one before."""
    cache.clear()
    Review.objects.all().delete()
    Customer.objects.all().delete()


def sent_to(langfuse) -> str:
    """Every byte of every request, unpacked."""
    OutboxEntry.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    Relay().run()
    said = []
    for request in langfuse.requests:
        zipped = request.headers.get("content-encoding") == "gzip"
        body = gzip.decompress(request.body) if zipped else request.body
        text = body.decode(errors="replace")
        readable = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith(("{", "[")) else text
        said += [request.path, str(request.query), str(request.headers), readable]
    return "\n".join(said)


def check(person: Planted, langfuse, log: io.StringIO) -> None:
    sent, stored, shown = sent_to(langfuse), everything("tracing_"), Client().get("/metrics").content.decode()
    assert "[email]" in sent  # it was there to be masked
    for where, text in (("sent", sent), ("stored", stored), ("logged", log.getvalue()), ("metrics", shown)):
        leaks = person.found_in(text)
        assert not leaks, (where, leaks, [line for line in text.splitlines() if person.found_in(line)])


@bounded
@given(people)
def test_of_what_a_customer_asks_and_rates_through_the_api(langfuse, person):
    begin()
    a_product(f"Cable of {person.email}", "Electronics")
    a_customer(person.name, external_id=person.email)
    _, secret = StorefrontKey.objects.issue("Shop")
    client = Client(headers={
        "Authorization": f"Bearer {secret}", "User-Agent": f"App of {person.email}", "X-Request-ID": person.email,
        "Referer": f"https://shop.example/?mail={person.email}",
    })  # fmt: skip
    with both_logs() as log:
        given = {"query": f"{person.sentence} {person.numbers}", "customer_id": person.email, "top_n": 3}
        answer = client.post("/api/v1/recommendations/", given, content_type="application/json")
        assert answer.status_code == 201, answer.content
        rated = client.post(
            f"/api/v1/recommendations/{answer.json()['id']}/ratings/",
            {"rating": 4, "comment": f"{person.sentence} {person.numbers}"},
            content_type="application/json",
        )
        assert rated.status_code in {200, 201}, rated.content
        check(person, langfuse, log)
    kept = Recommendation.objects.latest("created_at")
    assert person.spelt in kept.query
    assert not person.found_in(" ".join([kept.unfound, kept.error, *kept.fallbacks]))


@bounded
@given(people, st.sampled_from(["customer_profiling.profile_of", "candidate_search.find_candidates"]))
def test_of_what_an_exception_says(langfuse, person, broken):
    begin()
    customer = a_customer(person.name)
    with pytest.MonkeyPatch.context() as patch, both_logs() as log:

        def fail(*_args, **_kwargs):
            raise RuntimeError(f"{person.sentence} {person.numbers}")

        patch.setattr(f"recommendations.assistant.agents.{broken}", fail)
        with pytest.raises(QuestionFailed) as failure:
            ask("a cable", channel="shell", customer=customer)
        with pytest.raises(QuestionFailed):
            ask(f"a cable for {person.email}", channel="shell", customer=customer)
        check(person, langfuse, log)
    assert not person.found_in(failure.value.recommendation.error)


@bounded
@given(people)
def test_of_what_is_logged_and_raised_while_a_request_knows_the_customer(person):
    from tracing.context import TraceContext, entered

    with both_logs() as log, entered(TraceContext("1" * 32, request_id=person.email)) as here:
        here.names.append(person.name)
        logger = logging.getLogger("shopassist.anything")
        logger.warning(
            "%s wrote %s", person.spelt, person.sentence, extra={"who": person.sentence, "card": person.card}
        )
        try:
            raise ValueError(person.sentence)
        except ValueError:
            logger.exception("it failed for %s", {"street": person.street})
    assert "[email]" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert not person.found_in(log.getvalue())


@bounded
@given(people)
def test_of_what_a_model_answers(langfuse, ollama, person):
    begin()
    customer = a_customer(person.name)
    ollama.replies.clear()
    ollama.will_say(*[f"Dear {person.name}, {person.sentence} {person.numbers}"] * 4)
    with both_logs() as log:
        answer = ask("a cable", channel="web", customer=customer)
        check(person, langfuse, log)
    assert not any(person.found_in(fallback) for fallback in answer.fallbacks)


@bounded
@given(people)
def test_of_what_reviews_say(langfuse, ollama, settings, person):
    settings.LLM_MODELS = {**settings.LLM_MODELS, "sentiment": "reader:1b"}
    begin()
    customer = a_customer(person.name)
    a_review(a_product(), f"{person.sentence} {person.numbers}. Regards, {person.name}", customer=customer)
    ollama.replies.clear()
    ollama.will_say('{"sentiment": 0.9}')
    with both_logs() as log:
        assert review_sentiment.reread_reviews() == 1
        check(person, langfuse, log)


@bounded
@given(people, people)
def test_of_other_customers_whom_a_question_names(langfuse, asker, other):
    """As names are written: with capitals. In small letters only the asker is known."""
    begin()
    customer, _ = a_customer(asker.name), a_customer(other.name)
    with both_logs() as log:
        ask(f"What would {other.name} like? Mail {asker.email}", channel="web", customer=customer)
        ask(f"a cable that {other.name} has. Mail {asker.email}", channel="web")
        check(other, langfuse, log)


def test_a_trace_that_shops_own_code_names_after_a_person(langfuse):
    from tracing.shop import span

    with span("order of ada@example.org", metadata={"ada@example.org": 1}) as seen:
        seen.root.session_id, seen.root.user_pseudonym = "ada@example.org", "+49 30 901820-12"
        seen.root.tags, seen.model = ["to ada@example.org"], "tuned-for-ada@example.org"
    trace = Trace.objects.get()
    assert len(trace.session_id) == len(trace.user_pseudonym) == 32
    assert "ada@example.org" not in everything("tracing_") + sent_to(langfuse)
    assert "901820" not in everything("tracing_") + sent_to(langfuse)
