import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from tests.tracing.answers import an_answer, stored
from tracing.costs import HOSTED, cost_of, forget_prices, hosted_prices
from tracing.models import ModelPrice
from tracing.spans import observe, observe_root

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
USAGE = {"input": 1000, "output": 100}


def a_price(pattern, per_input=None, per_output=None, valid_from=date(2026, 1, 1), **more):
    price = ModelPrice(pattern=pattern, input_price=per_input, output_price=per_output, valid_from=valid_from, **more)
    price.full_clean()
    price.save()
    forget_prices()
    return price


def test_a_call_costs_its_tokens_by_the_price_of_its_day():
    a_price(r"gpt-4o(-.*)?", Decimal("0.0000025"), Decimal("0.00001"))
    a_price(r"gpt-4o(-.*)?", Decimal("0.000002"), Decimal("0.00001"), date(2026, 6, 1))
    assert cost_of("gpt-4o-mini", USAGE, on=date(2026, 5, 31)) == Decimal("0.0035")
    assert cost_of("gpt-4o-mini", USAGE, on=date(2026, 6, 1)) == Decimal("0.003")
    assert cost_of("gpt-4o-mini", USAGE, on=date(2025, 12, 31)) == 0
    assert cost_of("my-gpt-4o", USAGE) == 0


def test_a_machine_of_ones_own_costs_its_seconds():
    a_price("llama3.*", second_price=Decimal("0.0005"))
    a_price("mixed", Decimal("0.001"), second_price=Decimal("0.0005"))
    assert cost_of("llama3.1:8b", USAGE, 2.5) == Decimal("0.00125")
    assert cost_of("mixed", USAGE, 2) == Decimal("1.001")


def test_a_generation_is_charged_for_as_long_as_it_took():
    a_price("llama3.1:8b", second_price=Decimal("0.01"))
    trace = stored(an_answer())
    words = trace.observations.get(name="words")
    assert words.cost == trace.cost > 0
    assert abs(words.cost - Decimal(str(words.duration_ms)) / 100_000) < Decimal("1e-7")
    assert "price" not in words.metadata


def test_a_price_ends_with_its_last_day_and_its_follower_does_not_bring_the_former_back():
    a_price("gpt", Decimal("0.001"))
    a_price("gpt", Decimal("0.002"), valid_from=date(2026, 6, 1), valid_to=date(2026, 6, 30))
    assert cost_of("gpt", USAGE, on=date(2026, 6, 30)) == 2
    assert cost_of("gpt", USAGE, on=date(2026, 7, 1)) == 0


def test_where_patterns_overlap_the_newest_price_wins():
    a_price("gpt-.*", Decimal("0.001"))
    a_price("gpt-5", Decimal("0.002"), valid_from=date(2026, 6, 1), valid_to=date(2026, 6, 30))
    assert cost_of("gpt-5", USAGE, on=date(2026, 6, 15)) == 2
    assert cost_of("gpt-5", USAGE, on=date(2026, 7, 1)) == 1


def test_a_new_price_leaves_what_was_counted():
    a_price("llama3.1:8b", Decimal("0.001"), Decimal("0.002"))
    before = stored(an_answer())
    a_price("llama3.1:8b", Decimal("1"), Decimal("1"), TODAY)
    before.refresh_from_db()
    assert before.cost == before.observations.get(name="words").cost == Decimal("0.18")
    assert stored(an_answer()).cost == 150


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "Give a price of tokens, of seconds, or of both."),
        ({"input_price": -1}, "A price is not negative."),
        ({"second_price": Decimal("-0.5")}, "A price is not negative."),
        ({"input_price": Decimal("12.5")}, "less than or equal to 10"),  # that of a million tokens
        ({"input_price": 1, "valid_to": date(2025, 12, 31)}, "A price cannot end before it began."),
        ({"input_price": 1, "pattern": "("}, "This is no regular expression"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(given, complaint):
    price = ModelPrice(**{"pattern": "gpt", "valid_from": date(2026, 1, 1), **given})
    with pytest.raises(ValidationError, match=complaint.replace("(", r"\(")):
        price.full_clean()


def test_postgresql_too_refuses_what_no_form_has_checked():
    with pytest.raises(IntegrityError, match="price_has_a_price"):
        ModelPrice.objects.create(pattern="gpt", valid_from=TODAY)


def test_one_pattern_has_one_price_from_a_day_on():
    a_price("gpt", 1)
    with pytest.raises(ValidationError, match="has a price from that day on already"):
        a_price("gpt", 2)


def test_a_price_is_never_changed_and_ended_once():
    price = a_price("gpt", Decimal("0.001"))
    price.input_price = Decimal("0.002")
    with pytest.raises(ValidationError, match="never changed"):
        price.full_clean()
    price.refresh_from_db()
    price.valid_to = TODAY - timedelta(days=1)
    with pytest.raises(ValidationError, match="today or later"):
        price.full_clean()
    price.valid_to = TODAY
    price.full_clean()
    price.save()
    price.valid_to = TODAY + timedelta(days=9)
    with pytest.raises(ValidationError, match="set already"):
        price.full_clean()


def test_amounts_of_two_currencies_are_not_added_up(settings):
    a_price("llama3.1:8b", Decimal("0.001"), Decimal("0.002"))
    settings.COST_CURRENCY = "EUR"
    words = stored(an_answer()).observations.get(name="words")
    assert words.cost == 0
    assert words.metadata == {"price": "none is listed for this model"}
    price = a_price("llama3.1:8b", Decimal("0.002"), Decimal("0.002"), date(2026, 2, 1))
    assert price.currency == "EUR"
    assert stored(an_answer()).cost == Decimal("0.3")


def test_local_models_cost_nothing():
    assert cost_of("embedded-composer", {"input": 10, "output": 10}, 3) == 0
    assert stored(an_answer()).cost == 0


def test_a_trace_costs_what_its_calls_cost(langfuse_server):
    a_price("llama3.1:8b", Decimal("0.001"), Decimal("0.002"))
    trace = stored(an_answer())
    assert trace.cost == Decimal("0.18")
    assert trace.observations.get(name="words").cost == Decimal("0.18")


def test_a_price_mistyped_still_lets_the_answer_be_stored():
    a_price("llama3.1:8b", 10, 10, second_price=1000)
    with observe_root("answer") as root, observe("words", "generation") as seen:
        seen.model, seen.usage = "llama3.1:8b", {"input": 2**31 - 1, "output": 2**31 - 1}
    assert stored(root).cost > 10**10


def test_a_model_that_the_price_list_lacks_is_noted():
    assert stored(an_answer()).observations.get(name="words").metadata == {}
    a_price("gpt-4o", Decimal("0.001"), Decimal("0.002"))
    words = stored(an_answer()).observations.get(name="words")
    assert words.cost == 0
    assert words.metadata == {"price": "none is listed for this model"}


def test_rules_are_no_model_that_lacks_a_price():
    a_price("gpt-4o", Decimal("0.001"), Decimal("0.002"))
    with observe_root("answer") as root, observe("words", "generation") as seen:
        seen.model, seen.usage = "embedded-composer", {"input": 10, "output": 10}
    assert stored(root).observations.get(name="words").metadata == {}


def test_prices_are_read_once(django_assert_num_queries):
    cost_of("a", {})
    with django_assert_num_queries(0):
        cost_of("b", {})


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("staff"))
    return client


GIVEN = {"pattern": "llama3.*", "second_price": "0.0005", "valid_from": "2026-01-01"}


def test_staff_add_a_price_and_it_counts_at_once(staff):
    stored(an_answer())  # from here on prices are cached
    answer = staff.post(reverse("admin:tracing_modelprice_add"), {**GIVEN, "second_price": ""})
    assert "Give a price of tokens, of seconds, or of both." in answer.content.decode()
    staff.post(reverse("admin:tracing_modelprice_add"), {**GIVEN, "currency": "XXX"})
    assert ModelPrice.objects.get().currency == "USD"
    assert stored(an_answer()).cost > 0
    page = staff.get(reverse("admin:tracing_modelprice_changelist")).content.decode()
    assert "1.8" in page  # 0.0005 a second, by the hour
    assert "USD" in page


def test_staff_end_a_price_and_change_nothing_else(staff):
    price = a_price("llama3.*", Decimal("0.001"))
    url = reverse("admin:tracing_modelprice_change", args=[price.pk])
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    assert "today or later" in staff.post(url, {"valid_to": yesterday.isoformat()}).content.decode()
    staff.post(url, {"valid_to": tomorrow.isoformat(), "input_price": "9", "pattern": ".*"})
    price.refresh_from_db()
    assert (price.valid_to, price.input_price, price.pattern) == (tomorrow, Decimal("0.001"), "llama3.*")
    assert "was set already" in staff.post(url, {"valid_to": ""}).content.decode()
    price.refresh_from_db()
    assert price.valid_to == tomorrow
    assert staff.post(reverse("admin:tracing_modelprice_delete", args=[price.pk])).status_code == 403


def test_staff_without_the_right_add_no_price(client):
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_modelprice"))
    client.force_login(reader)
    assert client.get(reverse("admin:tracing_modelprice_changelist")).status_code == 200
    assert client.post(reverse("admin:tracing_modelprice_add"), GIVEN).status_code == 403


def test_hosted_models_are_priced_a_token_and_dated():
    listed = hosted_prices()
    assert listed.currency == "USD"
    assert date(2026, 1, 1) < listed.as_of
    assert "genai-prices" in listed.source
    assert 12 <= len({model.name for model in listed.models}) == len(listed.models)
    assert {"OpenAI", "Anthropic", "Google", "Mistral", "DeepSeek"} <= {model.provider for model in listed.models}
    for model, row in zip(listed.models, json.loads(HOSTED.read_text())["models"], strict=True):
        assert model.cost(1_000_000, 0) == Decimal(str(row["input_price"]))
        assert model.cost(0, 1_000_000) == Decimal(str(row["output_price"]))
        assert 0 < model.input_price <= model.output_price
