"""How the customers' pages write money, stars and sentiment."""

from decimal import Decimal

from django import template

from customers.money import format_money

register = template.Library()
register.filter("money", format_money)

SENTIMENT_WORDS = ((0.8, "Loved by reviewers"), (0.6, "Liked by reviewers"), (0.4, "Mixed reviews"))


@register.filter
def sentiment_words(sentiment: float | None) -> str:
    """Of a sentiment in 0..1; None means that nobody reviewed it."""
    if sentiment is None:
        return "No reviews yet"
    return next((words for floor, words in SENTIMENT_WORDS if sentiment >= floor), "Poorly reviewed")


@register.filter
def stars(number: Decimal) -> str:
    """`3.5 of 5 stars`, without a needless `.0`."""
    return f"{f'{number:f}'.removesuffix('.0')} of 5 stars"
