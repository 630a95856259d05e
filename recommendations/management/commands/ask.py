"""The shell's way in: one question, its answer."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.renderers import JSONRenderer

from customers.access import AmbiguousCustomer, UnknownCustomer, find_by_id_or_name
from customers.money import format_money
from recommendations.api.parsers import is_text
from recommendations.api.serializers import response_body
from recommendations.assistant.ask import QuestionFailed, ask
from recommendations.models import MAX_QUERY, Recommendation
from tracing.context import TraceContext, entered, new_trace_id


class Command(BaseCommand):
    help = "Answer a question, for a customer or for nobody in particular."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("question", type=_question)
        parser.add_argument("--customer", default="", metavar="ID|NAME")
        parser.add_argument("--top-n", type=int, choices=range(1, 21), default=5, metavar="1..20")
        parser.add_argument("--json", action="store_true", help="Print what the API answers, and nothing else.")

    def handle(self, *, question: str, customer: str, top_n: int, json: bool, **options: Any) -> None:
        try:
            asker = find_by_id_or_name(customer) if customer else None
            with entered(TraceContext(new_trace_id())):  # which the log's lines carry
                answer = ask(question, channel="shell", customer=asker, top_n=top_n)
        except UnknownCustomer as error:
            raise CommandError(str(error)) from error
        except AmbiguousCustomer as error:
            candidates = ", ".join(str(each) for each in error.candidates)
            raise CommandError(f"{error} There are {candidates}.") from error
        except QuestionFailed as failure:
            trace_id = failure.recommendation.trace_id
            raise CommandError(f"The question could not be answered; see show_trace {trace_id}.") from failure
        if json:
            self.stdout.write(JSONRenderer().render(response_body(answer)).decode())
        else:
            self.stdout.write("\n".join(answer_lines(answer)))


def _question(text: str) -> str:
    if not text.strip() or len(text) > MAX_QUERY or not is_text(text):
        raise ArgumentTypeError(f"a question has 1 to {MAX_QUERY} characters of text")
    return text.strip()


def answer_lines(answer: Recommendation) -> list[str]:
    """For reading. The shop's texts are data: what could steer a terminal is left out."""
    lines = answer.reasoning.splitlines()
    for item in answer.products.all():
        price = "" if item.price is None else f", {format_money(item.price)}"
        lines += ["", f"{item.rank}. {item.name} ({item.external_id}){price}"]
        lines += [f"   {reason['text']}" for reason in item.reasons]
    lines += ["", f"trace {answer.trace_id}, {answer.processing_time_ms:.0f} ms, {answer.model}"]
    return ["".join(c for c in line if c.isprintable()) for line in lines]
