from datetime import date
from decimal import Decimal

import pytest

from tests.tracing.answers import an_answer, stored
from tracing.costs import cost_of, forget_prices
from tracing.links import langfuse_url
from tracing.models import ModelPrice, PromptVersion
from tracing.prompts import get_prompt, seed_prompts

pytestmark = pytest.mark.django_db


def a_price(pattern, per_input, per_output, valid_from=date(2026, 1, 1)):
    price = ModelPrice.objects.create(
        pattern=pattern, input_price=per_input, output_price=per_output, valid_from=valid_from
    )
    forget_prices()
    return price


def test_a_call_costs_its_tokens_by_the_price_of_its_day():
    a_price(r"gpt-4o(-.*)?", Decimal("0.0000025"), Decimal("0.00001"))
    a_price(r"gpt-4o(-.*)?", Decimal("0.000002"), Decimal("0.00001"), date(2026, 6, 1))
    usage = {"input": 1000, "output": 100}
    assert cost_of("gpt-4o-mini", usage, date(2026, 5, 31)) == Decimal("0.0035")
    assert cost_of("gpt-4o-mini", usage, date(2026, 6, 1)) == Decimal("0.003")
    assert cost_of("gpt-4o-mini", usage, date(2025, 12, 31)) == 0
    assert cost_of("my-gpt-4o", usage) == 0


def test_local_models_cost_nothing():
    assert cost_of("embedded-composer", {"input": 10, "output": 10}) == 0
    assert stored(an_answer()).cost == 0


def test_a_trace_costs_what_its_calls_cost(langfuse_server):
    a_price("llama3.1:8b", Decimal("0.001"), Decimal("0.002"))
    trace = stored(an_answer())
    assert trace.cost == Decimal("0.18")
    assert trace.observations.get(name="words").cost == Decimal("0.18")


def test_a_model_that_the_price_list_lacks_is_noted():
    assert stored(an_answer()).observations.get(name="words").metadata == {}
    a_price("gpt-4o", Decimal("0.001"), Decimal("0.002"))
    words = stored(an_answer()).observations.get(name="words")
    assert words.cost == 0
    assert words.metadata == {"price": "none is listed for this model"}


def test_prices_are_read_once(django_assert_num_queries):
    cost_of("a", {})
    with django_assert_num_queries(0):
        cost_of("b", {})


def test_other_words_are_another_version(tmp_path):
    file = tmp_path / "answer.md"
    file.write_text("Answer.\n")
    assert [version.version for version in seed_prompts(tmp_path)] == [1]
    assert seed_prompts(tmp_path) == []
    file.write_text("Answer briefly.")
    assert [version.version for version in seed_prompts(tmp_path)] == [2]
    file.write_text("Answer.")  # back to the old words: the newest version is what is used
    seed_prompts(tmp_path)
    versions = PromptVersion.objects.filter(prompt__name="answer").order_by("version")
    assert [version.text for version in versions] == ["Answer.", "Answer briefly.", "Answer."]


def test_the_newest_prompt_is_read_once_with_its_name(tmp_path, django_assert_num_queries, settings):
    (tmp_path / "question.md").write_text("Ask.")
    seed_prompts(tmp_path)
    get_prompt("question")
    with django_assert_num_queries(0):
        prompt = get_prompt("question")
        assert (prompt.prompt.name, prompt.version, prompt.text) == ("question", 1, "Ask.")


@pytest.mark.django_db(transaction=True)
def test_a_new_version_is_used_at_once_here(tmp_path):
    (tmp_path / "advice.md").write_text("One.")
    seed_prompts(tmp_path)
    assert get_prompt("advice").text == "One."
    (tmp_path / "advice.md").write_text("Two.")
    seed_prompts(tmp_path)
    assert get_prompt("advice").text == "Two."


def test_an_unknown_prompt_is_named():
    with pytest.raises(PromptVersion.DoesNotExist, match="no-such-prompt"):
        get_prompt("no-such-prompt")


def test_links_lead_staff_to_langfuse(settings):
    settings.LANGFUSE_ENABLED, settings.LANGFUSE_PUBLIC_URL = True, "https://langfuse.example/"
    assert langfuse_url("ab" * 16) == f"https://langfuse.example/trace/{'ab' * 16}"
    settings.LANGFUSE_PROJECT_ID = "shop/1"
    assert langfuse_url("ab" * 16) == f"https://langfuse.example/project/shop%2F1/traces/{'ab' * 16}"
    settings.LANGFUSE_ENABLED = False
    assert langfuse_url("ab" * 16) == ""
