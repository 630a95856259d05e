"""How amounts of money are written for people."""

from decimal import Decimal

from django.conf import settings

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}


def format_money(amount: Decimal | str) -> str:
    """`$1,234.50`; a currency without a symbol of its own follows the amount: `1,234.50 CHF`."""
    written = f"{Decimal(amount):,.2f}"
    if symbol := SYMBOLS.get(settings.CURRENCY):
        return f"-{symbol}{written[1:]}" if written.startswith("-") else f"{symbol}{written}"
    return f"{written} {settings.CURRENCY}"
