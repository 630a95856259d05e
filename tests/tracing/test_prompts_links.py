import pytest

from tracing.links import langfuse_url
from tracing.models import PromptVersion
from tracing.prompts import get_prompt, seed_prompts

pytestmark = pytest.mark.django_db


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
