"""Why a product is not in a list, for the shell."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.models import Recommendation
from recommendations.why_not import products_named, why_not
from tracing.tree import printable


class Command(BaseCommand):
    help = "Say at which station a product fell out of a recommendation, and by what number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recommendation", help="its id, or the id of its trace")
        parser.add_argument("product", help="its id, or words of its name")

    def handle(self, *, recommendation: str, product: str, **options: Any) -> None:
        answer = recommendation_of(recommendation)
        named = products_named(answer, product)
        if not named.products:
            raise CommandError(f"The shop has no product {product!r}.")
        if len(named.products) > 1:
            some = ", ".join(str(each) for each in named.products)
            raise CommandError(printable(f"Which of them: {some}{' or another' if named.more else ''}?"))
        [meant] = named.products
        reason = why_not(answer, meant)
        self.stdout.write(printable(f"{meant}: {reason.sentence}"))
        for name, number in reason.numbers.items():
            self.stdout.write(f"  {name}: {number}")


def recommendation_of(text: str) -> Recommendation:
    """By its own id or its trace's. Raises CommandError."""
    try:
        found = Recommendation.objects.filter(trace_id=text).first() or Recommendation.objects.filter(pk=text).first()
    except ValidationError:
        found = None
    if found is None:
        raise CommandError(f"There is no recommendation {text!r}.")
    return found
