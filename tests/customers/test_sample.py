import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from customers.access import AmbiguousCustomer, create_login, find_customer
from customers.importing import import_file
from customers.models import Category, Customer, Product, Purchase, Review
from customers.profile import profile_of
from customers.sample import SampleRefused, clear_sample, load_sample
from customers.sample.catalogue import GOES_WITH
from customers.sample.shop import write_sample
from customers.sentiment import words_sentiment
from tests.factories import a_customer, a_product, a_purchase, a_review

ANCHOR = datetime(2026, 6, 1, 12, tzinfo=UTC)


def files(folder: Path, customers: int = 500, seed: int = 7) -> dict[str, list[dict[str, str]]]:
    folder.mkdir(exist_ok=True)
    write_sample(folder, customers, seed, ANCHOR)
    return {path.stem: list(csv.DictReader(path.open(newline="", encoding="utf-8"))) for path in folder.iterdir()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return files(tmp_path_factory.mktemp("sample"))


def test_the_same_seed_is_the_same_shop_and_another_one_is_another(tmp_path, shop):
    assert files(tmp_path / "again") == shop
    assert files(tmp_path / "other", seed=8)["purchases"] != shop["purchases"]


def test_it_has_the_size_of_a_small_shop(shop):
    assert 150 <= len(shop["products"]) <= 250
    assert 10 <= len({row["product_category"] for row in shop["products"]}) <= 14
    assert len({row["customer_id"] for row in shop["purchases"]}) == 500
    assert 4_000 < len(shop["purchases"]) < 10_000
    assert len({row["product_name"] for row in shop["products"]}) == len(shop["products"])


def test_kenneth_martinez_is_887_alone_of_his_name_and_bought_a_router(shop):
    his = [row for row in shop["purchases"] if row["customer_name"] == "Kenneth Martinez"]
    assert {row["customer_id"] for row in his} == {"887"}
    assert ("Router", "Electronics") in {(row["product_name"].split()[-1], row["product_category"]) for row in his}


def test_a_toaster_costs_less_than_50(shop):
    assert [row for row in shop["products"] if "Toaster" in row["product_name"] and Decimal(row["price"]) < 50]


def test_purchases_fill_two_years_up_to_the_anchor(shop):
    days = sorted(datetime.fromisoformat(row["purchased_at"]) for row in shop["purchases"])
    assert ANCHOR - timedelta(days=731) < days[0] < ANCHOR - timedelta(days=600)
    assert ANCHOR - timedelta(days=5) < days[-1] <= ANCHOR


def test_customers_come_back_and_have_tastes(shop):
    shelves: dict[str, Counter[str]] = defaultdict(Counter)
    for row in shop["purchases"]:
        shelves[row["customer_id"]][row["product_category"]] += 1
    assert sum(count.total() > 1 for count in shelves.values()) > 400
    regulars = [count for count in shelves.values() if count.total() >= 10]
    favourite = [count.most_common(1)[0][1] / count.total() for count in regulars]
    assert sum(favourite) / len(favourite) > 0.48  # without tastes it is 0.37


def test_what_goes_together_is_bought_together(shop):
    """Who has a thing has its first companion far more often than others who buy from the thing's shelf."""
    things = sorted({thing for pair in GOES_WITH.items() for thing in (pair[0], *pair[1])}, key=len, reverse=True)
    buyers, shelves = defaultdict(set), defaultdict(set)
    shelf_of = {}
    for row in shop["purchases"]:
        thing = next((thing for thing in things if thing in row["product_name"]), "")
        buyers[thing].add(row["customer_id"])
        shelves[row["product_category"]].add(row["customer_id"])
        shelf_of[thing] = row["product_category"]
    with_it = without_it = 0.0
    for thing, (companion, *_) in GOES_WITH.items():
        others = shelves[shelf_of[thing]] - buyers[thing]
        with_it += len(buyers[thing] & buyers[companion]) / len(buyers[thing])
        without_it += len(others & buyers[companion]) / len(others)
    assert with_it > 3 * without_it  # taste alone makes it 1.7 times


def test_seasons_sell_their_things(shop):
    months = Counter(
        int(row["purchased_at"][5:7])
        for row in shop["purchases"]
        if "Garden Hose" in row["product_name"] or "Tent" in row["product_name"]
    )
    assert sum(months[m] for m in (5, 6, 7, 8)) > sum(months[m] for m in (11, 12, 1, 2))


def test_reviews_say_in_words_what_their_stars_say(shop):
    by_stars = defaultdict(list)
    for row in shop["reviews"]:
        by_stars[row["rating"]].append(words_sentiment(row["text"]))
    means = [sum(by_stars[stars]) / len(by_stars[stars]) for stars in "12345"]
    assert means == sorted(means)
    assert means[0] < 0.4
    assert means[4] > 0.6
    assert len({row["text"] for row in shop["reviews"]}) > 0.8 * len(shop["reviews"])


@pytest.mark.django_db
def test_it_loads_marks_itself_and_is_usable(capsys):
    call_command("sample_shop", customers=60)
    assert "Now run: manage.py fit_engine" in capsys.readouterr().out
    for model in (Customer, Product, Purchase, Review):
        assert not model._default_manager.filter(is_sample=False).exists()
    kenneth = find_customer(name="Kenneth Martinez")
    assert profile_of(kenneth).price_segment != "unknown"
    shared = Customer.objects.values_list("name", flat=True)
    name = next(name for name, number in Counter(shared).items() if number > 1)
    with pytest.raises(AmbiguousCustomer):
        find_customer(name=name)


@pytest.mark.django_db
def test_clearing_leaves_nothing_of_the_sample_and_its_logins():
    load_sample(30, anchor=ANCHOR)
    create_login(find_customer(customer_id="887"))
    removed = clear_sample()
    assert removed["customers"] == 30
    assert min(removed.values()) > 0
    for model in (Customer, Product, Purchase, Review, Category, User):
        assert not model._default_manager.exists()
    assert set(clear_sample().values()) == {0}


@pytest.mark.django_db
def test_clearing_takes_nothing_of_a_real_shop(tmp_path):
    """A real shop imported beside the sample, with a customer, a product and a transaction id that both have."""
    load_sample(30, anchor=ANCHOR)
    product, taken = Product.objects.first(), Purchase.objects.filter(customer__external_id="887").first()
    assert product is not None
    assert taken is not None
    path = tmp_path / "real.csv"
    path.write_text(
        "transaction_id,customer_id,customer_name,product_id,product_name,product_category,price,purchased_at\n"
        f"{taken.external_id},887,Ann Real,{product.external_id},Lamp,Electronics,5.00,2020-01-01\n"
    )
    import_file("purchases", path)
    reviewed = Product.objects.exclude(pk=product.pk)[0]
    review = a_review(reviewed)
    clear_sample()
    purchase = Purchase.objects.select_related("customer", "product__category").get()
    assert (purchase.customer.name, purchase.product.name) == ("Ann Real", "Lamp")
    assert str(purchase.product.category) == "Electronics"
    assert purchase.product.price == Decimal("5.00")
    assert Review.objects.get() == review
    assert set(Product.objects.all()) == {purchase.product, reviewed}


@pytest.mark.django_db
def test_the_sample_never_goes_into_a_real_shop_nor_in_twice():
    a_purchase(a_customer(), a_product())
    with pytest.raises(CommandError, match="A real shop is in this database"):
        call_command("sample_shop")
    assert Customer.objects.count() == 1
    for model in (Purchase, Customer, Product):
        model._default_manager.all().delete()
    load_sample(3)
    with pytest.raises(SampleRefused, match="clear_sample"):
        load_sample(3)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_smallest_shops_have_kenneth(number):
    load_sample(number)
    assert Customer.objects.count() == number
    assert find_customer(customer_id="887").name == "Kenneth Martinez"


@pytest.mark.parametrize("number", [0, -1])
def test_a_shop_without_customers_is_refused(number):
    with pytest.raises(CommandError):
        call_command("sample_shop", customers=number)


def test_any_number_of_customers_has_names_enough(tmp_path):
    shop = files(tmp_path / "large", customers=4000)
    assert len({row["customer_id"] for row in shop["purchases"]}) == 4000
