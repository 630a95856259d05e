"""`manage.py ask`: the shell's way in."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db.models.signals import post_save

from recommendations.management.commands.ask import Command
from recommendations.models import Recommendation
from tests.api.test_answers import FIELDS
from tests.api.wire import get
from tests.factories import a_customer
from tracing import context

pytestmark = pytest.mark.django_db


def ask(capsys, *arguments):
    call_command("ask", *arguments)
    return capsys.readouterr()


def test_json_is_exactly_the_apis_answer(capsys, storefront, ada):
    printed = ask(capsys, "What else would go with my router?", "--customer", "887", "--json")
    assert printed.err == ""
    body = json.loads(printed.out)
    assert set(body) == FIELDS
    assert get(storefront, f"recommendations/{body['id']}/").json() == body


def test_people_read_products_with_reasons_and_the_trace(capsys, ada):
    printed = ask(capsys, "What else would go with my router?", "--customer", "Ada Lovelace", "--top-n", "1").out
    assert "1. " in printed
    assert "2. " not in printed
    assert "Router" in printed
    assert "trace " in printed


def test_what_is_logged_meanwhile_has_the_traces_id(capsys, ada):
    def see(**_):
        seen.append(context.current())

    seen: list[context.TraceContext | None] = []
    post_save.connect(see, sender=Recommendation)
    try:
        ask(capsys, "What else would go with my router?")
    finally:
        post_save.disconnect(see, sender=Recommendation)
    assert [here.trace_id for here in seen] == [Recommendation.objects.get().trace_id]
    assert context.current() is None


def test_nothing_that_steers_a_terminal_is_printed(capsys, ada):
    from customers.models import Product

    Product.objects.filter(name="Toaster").update(name="Toaster \x1b[31m\x07")
    printed = ask(capsys, "a toaster").out
    assert "Toaster" in printed
    assert "\x1b" not in printed
    assert "\x07" not in printed


def test_an_unknown_customer_is_one_sentence():
    with pytest.raises(CommandError) as refusal:
        call_command("ask", "a toaster", "--customer", "Nobody")
    assert str(refusal.value) == "There is no customer called 'Nobody'."
    assert refusal.value.returncode == 1


def test_an_ambiguous_customer_is_told_with_the_candidates():
    one, other = a_customer("Susan Hill"), a_customer("Susan Hill")
    with pytest.raises(CommandError) as refusal:
        call_command("ask", "a toaster", "--customer", "susan hill")
    assert one.external_id in str(refusal.value)
    assert other.external_id in str(refusal.value)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [""],
        ["  "],
        ["x" * 1001],
        ["nul \0"],
        ["half \udcff"],
        ["a toaster", "--top-n", "21"],
        ["a", "--top-n", "few"],
    ],
)
def test_bad_usage_exits_with_2(arguments):
    parser = Command().create_parser("manage.py", "ask")
    parser.called_from_command_line = True
    with pytest.raises(SystemExit) as end:
        parser.parse_args(arguments)
    assert end.value.code == 2
