"""What a migration works out for traces that were stored before their columns were there."""

from importlib import import_module

import pytest
from django.db import connection

from tests.tracing.answers import an_answer
from tracing.models import Trace
from tracing.prompts import get_prompt, seed_prompts
from tracing.spans import observe, observe_root
from tracing.storage import store

pytestmark = pytest.mark.django_db

LISTS = import_module("tracing.migrations.0005_lists")


def test_models_and_prompts_of_earlier_traces_are_those_of_their_observations(tmp_path):
    (tmp_path / "greeting.md").write_text("Say hello.")
    seed_prompts(tmp_path)
    with observe_root("answer") as greeted:
        for model in ("second", "first", "second"):
            with observe("words", "generation") as seen:
                seen.model, seen.prompt = model, get_prompt("greeting")
    with observe_root("nothing asked") as silent:
        pass
    for root in (greeted, an_answer(), silent):
        store(root)
    stored = list(Trace.objects.order_by("pk").values_list("used_models", "used_prompts"))
    assert stored == [(["first", "second"], ["greeting v1"]), (["llama3.1:8b"], []), ([], [])]
    Trace.objects.update(used_models=[], used_prompts=[])
    with connection.cursor() as cursor:
        cursor.execute(LISTS.EARLIER)
    assert list(Trace.objects.order_by("pk").values_list("used_models", "used_prompts")) == stored
