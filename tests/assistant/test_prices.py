"""The price range that a shopper states, in the many ways of saying it."""

import csv
import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from recommendations.assistant.reading import Catalogue, read_question
from recommendations.assistant.reading.prices import take_prices
from recommendations.assistant.text import Scratch

PHRASES = Path(__file__).with_name("price_phrases.csv")
SENTENCES = Path(__file__).with_name("price_sentences.csv")
KNOWN_FAILURES = {
    "1.5k - 2k": "without a currency it may be an HDMI cable for 4k - 8k",
    "looking for skincare products, max 3, under 30 dollars": "how many is not told from how much",
    "nothing over twenty five euros fifty": "cents are read in figures",
    "under forty-nine ninety-nine": "it may be a year as well: nineteen ninety-nine",
    "price in range 10..20": "two dots are how computers write it",
    "a kettle for 20 to 30": "without a currency it may be for 20 to 30 people",
    "kettle 20-30": "without a currency it may be a size or an age",
    "a kettle, 20 to 30": "without a currency it may be a size or an age",
}

# phrase, lowest, highest, currency
PRICES = [
    ("a toaster under 50", None, "50", ""),
    ("less than $49.99", None, "49.99", "USD"),
    ("headphones max 20 €", None, "20", "EUR"),
    ("between 10 and 20", "10", "20", ""),
    ("10-20 euros", "10", "20", "EUR"),
    ("from 30 to 40 dollars", "30", "40", "USD"),
    ("at least 100", "100", None, ""),
    ("around 50", "40", "60", ""),
    ("cheaper than 1.299,00 €", None, "1299", "EUR"),
    ("50 bucks or less", None, "50", "USD"),
    ("no more than 1,000", None, "1000", ""),
    ("£20ish", "16", "24", "GBP"),
    ("up to 2k", None, "2000", ""),
    ("not over fifty dollars", None, "50", "USD"),
    ("below 25", None, "25", ""),
    ("Below EUR 25", None, "25", "EUR"),
    ("beneath 30 euros", None, "30", "EUR"),
    ("UNDER $100!!!", None, "100", "USD"),
    ("under $1,299.99", None, "1299.99", "USD"),
    ("under 1'000 CHF", None, "1000", "CHF"),
    ("under 49,99", None, "49.99", ""),
    ("under 49,9 €", None, "49.9", "EUR"),
    ("for less than 15 pounds", None, "15", "GBP"),
    ("for under a tenner, say under 10 quid", None, "10", "GBP"),
    ("less than a hundred dollars", None, "100", "USD"),
    ("under one hundred and fifty euros", None, "150", "EUR"),
    ("under twenty-five pounds", None, "25", "GBP"),
    ("below two thousand", None, "2000", ""),
    ("up to two hundred fifty", None, "250", ""),
    ("under half a grand", None, "500", ""),
    ("up to a grand", None, "1000", ""),
    ("a laptop for at most 800", None, "800", ""),
    ("at most €800", None, "800", "EUR"),
    ("maximum 60", None, "60", ""),
    ("maximum price 60 euro", None, "60", "EUR"),
    ("max. 60€", None, "60", "EUR"),
    ("max price: 60", None, "60", ""),
    ("max $60", None, "60", "USD"),
    ("60 max", None, "60", ""),
    ("60 euros max", None, "60", "EUR"),
    ("$60 tops", None, "60", "USD"),
    ("60 at most", None, "60", ""),
    ("60 or less", None, "60", ""),
    ("60 dollars or under", None, "60", "USD"),
    ("60 and below", None, "60", ""),
    ("60€ or cheaper", None, "60", "EUR"),
    ("not more than 35", None, "35", ""),
    ("not above 35 euros", None, "35", "EUR"),
    ("no more than thirty five", None, "35", ""),
    ("nothing over 80", None, "80", ""),
    ("nothing more than $80", None, "80", "USD"),
    ("nothing above 80 please", None, "80", ""),
    ("I don't want to spend more than 40 on a kettle", None, "40", ""),
    ("i do not want to pay more than 40 euros", None, "40", "EUR"),
    ("won't pay more than 75", None, "75", ""),
    ("it should not cost more than 20", None, "20", ""),
    ("it shouldn't cost over £20", None, "20", "GBP"),
    ("without spending more than 90", None, "90", ""),
    ("not exceeding 70 dollars", None, "70", "USD"),
    ("never over 70", None, "70", ""),
    ("I can't spend more than $15", None, "15", "USD"),
    ("my budget is 150", None, "150", ""),
    ("budget of $150", None, "150", "USD"),
    ("budget: 150€", None, "150", "EUR"),
    ("with a budget of around 150 euros", None, "150", "EUR"),
    ("on a 150 euro budget", None, "150", "EUR"),
    ("I have 200 dollars to spend on a watch", None, "200", "USD"),
    ("I only have 30 euros", None, "30", "EUR"),
    ("I can spend up to 1000 on a sofa", None, "1000", ""),
    ("I can afford 90", None, "90", ""),
    ("spend $25", None, "25", "USD"),
    ("my limit is 45", None, "45", ""),
    ("price limit 45", None, "45", ""),
    ("within 120 euros", None, "120", "EUR"),
    ("staying under 500", None, "500", ""),
    ("sub $300 phone", None, "300", "USD"),
    ("sub-300 phone", None, "300", ""),
    ("<50", None, "50", ""),
    ("price < 50 EUR", None, "50", "EUR"),
    ("<= 50", None, "50", ""),
    ("under US$ 50", None, "50", "USD"),
    ("under usd 50", None, "50", "USD"),
    ("under 50 USD", None, "50", "USD"),
    ("under C$50", None, "50", "CAD"),
    ("under ¥5000", None, "5000", "JPY"),
    ("under ₹999", None, "999", "INR"),
    ("under 999 rupees", None, "999", "INR"),
    ("under 50 cents", None, "0.5", "USD"),
    ("under 99 pence", None, "0.99", "GBP"),
    ("under 50,- €", None, "50", "EUR"),
    ("something for $20", None, "20", "USD"),
    ("toaster $50", None, "50", "USD"),
    ("a 50 dollar toaster", None, "50", "USD"),
    ("unter 50 Euro", None, "50", "EUR"),
    ("moins de 50 €", None, "50", "EUR"),
    ("menos de 50 euros", None, "50", "EUR"),
    ("over 100", "100", None, ""),
    ("above $100", "100", None, "USD"),
    ("more than 100 euros", "100", None, "EUR"),
    ("more expensive than 100", "100", None, ""),
    ("minimum 100", "100", None, ""),
    ("min. 100 €", "100", None, "EUR"),
    ("starting at $100", "100", None, "USD"),
    ("from 100 euros", "100", None, "EUR"),
    ("100 or more", "100", None, ""),
    ("$100 and up", "100", None, "USD"),
    ("100 euros and above", "100", None, "EUR"),
    ("$100+", "100", None, "USD"),
    ("upwards of 100", "100", None, ""),
    ("not less than 100", "100", None, ""),
    ("no less than $100", "100", None, "USD"),
    ("not under 100", "100", None, ""),
    ("nothing under 100", "100", None, ""),
    ("nothing below €100", "100", None, "EUR"),
    (">= 100", "100", None, ""),
    ("> $100", "100", None, "USD"),
    ("in excess of 1 000 €", "1000", None, "EUR"),
    ("about $50", "40", "60", "USD"),
    ("approximately 50 euros", "40", "60", "EUR"),
    ("roughly 50", "40", "60", ""),
    ("approx. 50", "40", "60", ""),
    ("~50€", "40", "60", "EUR"),
    ("circa 50", "40", "60", ""),
    ("50 or so", "40", "60", ""),
    ("50 dollars or so", "40", "60", "USD"),
    ("50ish dollars", "40", "60", "USD"),
    ("close to 50", "40", "60", ""),
    ("in the region of 50 pounds", "40", "60", "GBP"),
    ("between $10 and $20", "10", "20", "USD"),
    ("between 10 and 20 euros", "10", "20", "EUR"),
    ("between 20 and 10 euros", "10", "20", "EUR"),
    ("between ten and twenty dollars", "10", "20", "USD"),
    ("between 1,000 and 2,000", "1000", "2000", ""),
    ("between 1.000,50 and 2.000,75 €", "1000.5", "2000.75", "EUR"),
    ("from $30 to $40", "30", "40", "USD"),
    ("$30-$40", "30", "40", "USD"),
    ("$30–40", "30", "40", "USD"),
    ("30€ to 40€", "30", "40", "EUR"),
    ("20-30 bucks", "20", "30", "USD"),
    ("price range 20 to 30", "20", "30", ""),
    ("price range: 20-30", "20", "30", ""),
    ("in the range of 20-30", "20", "30", ""),
    ("budget 20-30", "20", "30", ""),
    ("1-2k euros", "1000", "2000", "EUR"),
    ("zwischen 10 und 20 Euro", "10", "20", "EUR"),
    ("over 20 but under 50", "20", "50", ""),
    ("at least 20, at most 50 euros", "20", "50", "EUR"),
    ("more than $20 and less than $50", "20", "50", "USD"),
    ("min 20 max 50", "20", "50", ""),
]

NO_PRICES = [
    "55 inch tv",
    '55" tv',
    "a tv over 55 inches",
    "iphone 15",
    "Samsung Galaxy S24",
    "pack of 10",
    "top 5",
    "size 42",
    "shoes size 42 or 43",
    "toys for kids under 18 years",
    "toys for children under 5",
    "book for a boy over 10",
    "32GB usb stick",
    "more than 32 GB of memory",
    "under 2 kg",
    "delivered within 3 days",
    "at least 5 stars",
    "rated over 4 stars",
    "up to 5 suggestions",
    "no more than three suggestions",
    "more than one",
    "a drill with at least 18v",
    "tent for 4 people",
    "game for 2-4 players",
    "ages 3-5",
    "puzzle with 1000 pieces",
    "under 30 minutes",
    "4k monitor",
    "1080p projector",
    "sunscreen spf 50",
    "a book about 1984",
    "films from 1994",
    "over-ear headphones",
    "under the bed storage",
    "5% discount",
    "batteries 2x",
    "rtx 4070",
    "24/7",
    "model 85123A",
    "at least 10 hours of battery",
    "around 500 pages",
    "10 years old",
    "",
    "under",
    "$",
    "under nothing",
    "iphone 11 max case",
    "925 sterling silver",
    "dewalt 20v max 8 piece set",
    "iphone 15 plus",
    "for 5 people",
    "I have about forty of them",
    "Spending: 2025",
]


@pytest.mark.parametrize(("phrase", "low", "high", "currency"), PRICES)
def test_a_price_range_is_read(phrase, low, high, currency):
    price = take_prices(Scratch(phrase))

    wanted = tuple(Decimal(end) if end else None for end in (low, high))
    assert (price.low, price.high, price.currency) == (*wanted, currency)


@pytest.mark.parametrize("phrase", NO_PRICES)
def test_sizes_counts_and_model_numbers_are_no_prices(phrase):
    price = take_prices(Scratch(phrase))

    assert (price.low, price.high) == (None, None)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [marked(row) for row in csv.DictReader(file, delimiter=";")]


def marked(row):
    reason = KNOWN_FAILURES.get(row["text"])
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(row, id=row["text"], marks=marks)


def halves(rows):
    """By a seeded draw: one half was looked at while the reading was written, the other was only measured."""
    drawn = set(random.Random(887).sample(range(len(rows)), len(rows) // 2))
    return [row for at, row in enumerate(rows) if at in drawn], [row for at, row in enumerate(rows) if at not in drawn]


LOOKED_AT, ONLY_MEASURED = halves(rows_of(PHRASES))


def holds(row) -> bool:
    shop = Catalogue(categories=("Electronics", "Books", "Home & Kitchen", "Shoes"), brands=("Apple", "Sony"))
    read = read_question(row["text"], catalogue=shop, today=date(2026, 11, 24)).constraints
    low, high = (Decimal(row[end]) if row[end] else None for end in ("min", "max"))
    return (read.min_price, read.max_price, read.currency) == (low, high, row["currency"])


@pytest.mark.parametrize("row", LOOKED_AT)
def test_a_question_has_the_price_limits_that_a_shopper_means(row):
    assert holds(row)


@pytest.mark.parametrize("row", ONLY_MEASURED)
def test_so_has_a_question_that_the_reading_was_not_made_by(row):
    assert holds(row)


@pytest.mark.parametrize("row", rows_of(SENTENCES))
def test_so_has_a_whole_sentence(row):
    assert holds(row)
