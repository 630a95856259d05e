"""What a shop's owner sees of an import: what is taken, what is refused and why."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from customers.importing import ImportRefused, import_file
from customers.models import Category, Customer, ImportRun, Product, Purchase, Review, ShopStatistics
from tests.factories import a_product

pytestmark = pytest.mark.django_db
PURCHASES = "transaction_id,customer_id,customer_name,product_id,product_name,product_category,quantity,price"
PURCHASES += ",purchased_at,country"
REVIEWS = "review_id,customer_id,product_id,rating,text,reviewed_at"
GOOD = "t1,c1,Ann Lee,p1,Router,Electronics,2,689.99,2024-03-01,Barbados"


@pytest.fixture
def load(tmp_path):
    """Import these lines as a file; bytes stay as they are."""

    def load(kind, *lines, name="shop.csv", **options):
        path = tmp_path / name
        text = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
        path.write_bytes(text + b"\n")
        return import_file(kind, path, rejects=tmp_path / "rejects.csv", **options)

    return load


def rejected(run: ImportRun) -> list[tuple[int, str]]:
    with Path(run.rejects_file).open(newline="", errors="surrogateescape") as file:
        return [(int(row["line"]), row["reason"]) for row in csv.DictReader(file)]


def test_our_own_columns_become_rows(load):
    run = load("purchases", PURCHASES, GOOD)
    bought = Purchase.objects.select_related("customer", "product__category").get()
    assert (bought.external_id, bought.quantity, bought.unit_price) == ("t1", 2, Decimal("689.99"))
    assert bought.purchased_at == datetime(2024, 3, 1, tzinfo=UTC)
    assert (bought.customer.name, bought.customer.country) == ("Ann Lee", "Barbados")
    assert (bought.product.name, str(bought.product.category)) == ("Router", "Electronics")
    assert bought.product.price == Decimal("689.99")
    assert (run.status, run.dialect, run.report["added"]) == ("done", "shopassist", 1)
    assert ShopStatistics.objects.get().customers == 1


def test_the_original_columns_become_the_same_rows(load):
    header = (
        "TransactionID,CustomerID,CustomerName,ProductID,ProductName,ProductCategory,"
        "PurchaseQuantity,PurchasePrice,PurchaseDate,Country"
    )
    run = load("purchases", header, GOOD.replace("2024-03-01", "3/1/2024"))
    assert run.dialect == "original"
    assert Purchase.objects.get().purchased_at == datetime(2024, 3, 1, tzinfo=UTC)
    run = load("reviews", "ReviewID,CustomerID,ProductID,ReviewText,ReviewDate", "1,c1,p1,Awful. I hate it.,12/31/2024")
    review = Review.objects.get()
    assert review.reviewed_at == datetime(2024, 12, 31, tzinfo=UTC)
    assert review.sentiment < 0.4
    assert (review.sentiment_model, review.rating) == ("vader", None)


def test_columns_may_be_missing_empty_unknown_in_any_order_and_in_any_case(load):
    run = load("purchases", "Colour, PRODUCT_ID ,customer_id,transaction_id,price", "red,p1,c1,t1,", "red,p1,c2,t2")
    assert run.report["added"] == 2
    assert run.report["ignored_columns"] == ["Colour"]
    assert set(Purchase.objects.values_list("quantity", "unit_price", "purchased_at")) == {(1, None, None)}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",c,,p,,,1,1,,", "no transaction_id"),
        ("t,  ,,p,,,1,1,,", "no customer_id"),
        ("t,c,,,,,1,1,,", "no product_id"),
        (f"{'t' * 65},c,,p,,,1,1,,", "transaction_id is longer than 64 characters"),
        (f"t,c,,p,{'n' * 301},,1,1,,", "product_name is longer than 300 characters"),
        ("t,c,,p,,,-2,1,,", "quantity is not above 0"),
        ("t,c,,p,,,0,1,,", "quantity is not above 0"),
        ("t,c,,p,,,1.5,1,,", "quantity is no whole number"),
        ("t,c,,p,,,two,1,,", "quantity is no whole number"),
        ("t,c,,p,,,9999999999,1,,", "quantity is too large"),
        ("t,c,,p,,,1,free,,", "price is no number"),
        ("t,c,,p,,,1,NaN,,", "price is no number"),
        ("t,c,,p,,,1,1_000,,", "price is no number"),
        ("t,c,,p,,,1,Infinity,,", "price is no number"),
        ("t,c,,p,,,1,-1,,", "price is negative"),
        ("t,c,,p,,,1,99999999999,,", "price is too large"),
        ("t,c,,p,,,1,1,2024-02-30,", "purchased_at is no possible date"),
        ("t,c,,p,,,1,1,13/1/2024,", "purchased_at is no possible date"),
        ("t,c,,p,,,1,1,0001-01-01,", "purchased_at is no possible date"),
        ("t,c,,p,,,1,1,yesterday,", "purchased_at is no possible date"),
        ("t,c,,p,,,1,1,2999-01-01,", "purchased_at lies in the future"),
        ("t,c,,p,,,1,1,,,extra", "more columns than the header"),
        (b"t,c,caf\xe9,p,,,1,1,,", "broken UTF-8"),
        ("t,c,nul\0,p,,,1,1,,", "a NUL byte"),
        ('t,c,"Ann "Lee"",p,,,1,1,,', "its quotes are broken"),
        ('t,c,"never closed,p,,,1,1,,', "its quotes are broken"),
        (f"t,c,{'x' * 200_000},p,,,1,1,,", "a field is too long, or its quote is never closed"),
        ("x" * 5_000_000, "a field is too long, or its quote is never closed"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_row_is_refused_with_its_line_and_reason_and_the_others_are_taken(load, row, reason):
    run = load("purchases", PURCHASES, GOOD, row, "t3,c1,,p1,,,1,5.00,2024-03-02,")
    assert rejected(run) == [(3, reason)]
    assert run.report["reasons"] == {reason: 1}
    assert (run.report["read"], run.report["added"], run.report["rejected"]) == (3, 2, 1)
    assert set(Purchase.objects.values_list("external_id", flat=True)) == {"t1", "t3"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",c1,p1,5,Good,", "no review_id"),
        ("r,c1,unknown,5,Good,", "an unknown product"),
        ("r,c1,p1,6,Good,", "rating is not from 1 to 5"),
        ("r,c1,p1,five,Good,", "rating is no number"),
        ("r,c1,p1,,  ,", "a review of neither words nor stars"),
    ],
)
def test_a_bad_review_is_refused(load, row, reason):
    a_product(external_id="p1")
    run = load("reviews", REVIEWS, 'r1,,p1,4.5,"Fine,\nreally",2024-01-01', row)
    assert rejected(run) == [(4, reason)]  # the first review has two lines
    assert Review.objects.get().text == "Fine,\nreally"


def test_the_rejects_file_can_be_put_right_and_imported_as_it_is(load, tmp_path):
    run = load("purchases", PURCHASES, GOOD.replace("689.99", "68O.99"))
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(Path(run.rejects_file).read_text().replace("68O.99", "689.99"))
    assert import_file("purchases", fixed).report["added"] == 1
    assert Purchase.objects.get().customer.name == "Ann Lee"
    assert Path(run.rejects_file).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("index", ["product_search", "customer_name_trigrams"])
def test_new_rows_are_sorted_into_the_indexes_of_searches(load, index):
    load("purchases", PURCHASES, GOOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        assert cursor.fetchone() == (0,)


def test_importing_twice_changes_nothing(load):
    for kind, header, row in (("purchases", PURCHASES, GOOD), ("reviews", REVIEWS, "r1,c1,p1,5,Good,2024-01-01")):
        load(kind, header, row)
        before = [list(model.objects.values()) for model in (Customer, Product, Purchase, Review)]
        run = load(kind, header, row)
        assert (run.report["added"], run.report["updated"], run.report["unchanged"]) == (0, 0, 1)
        assert [list(model.objects.values()) for model in (Customer, Product, Purchase, Review)] == before


def test_a_corrected_row_replaces_the_one_with_its_id(load):
    load("purchases", PURCHASES, GOOD)
    run = load("purchases", PURCHASES, GOOD.replace(",2,689.99", ",3,600"))
    assert (run.report["added"], run.report["updated"]) == (0, 1)
    assert (Purchase.objects.get().quantity, Product.objects.get().price) == (3, Decimal("600.00"))


def test_an_id_twice_in_a_file_is_the_newest_row_and_counted(load):
    run = load(
        "purchases", PURCHASES,
        "t1,c1,,p1,,,2,1,2024-03-02,", "t1,c1,,p1,,,7,1,2024-03-01,",
        "t2,c1,,p1,,,1,1,,", "t2,c1,,p1,,,1,1,,",
    )  # fmt: skip
    assert dict(Purchase.objects.values_list("external_id", "quantity")) == {"t1": 2, "t2": 1}
    assert run.report["repeated"] == 2
    assert run.report["contradictions"]["transaction ids with several rows"] == 1


def test_contradicting_names_are_those_of_the_newest_row_and_counted(load):
    run = load(
        "purchases", PURCHASES,
        "t1,c1,Ann,p1,Router,Electronics,1,10,2024-03-02,France",
        "t2,c1,Anne,p1,Camera,Photo,1,12,2024-03-05,",
        "t3,c1,Anna,p1,Toaster,Kitchen,1,11,2024-03-04,Spain",
        "t4,c2,Bob,p2,Pen,,1,1,2024-03-04,",
    )  # fmt: skip
    ann, thing = Customer.objects.get(external_id="c1"), Product.objects.get(external_id="p1")
    assert (ann.name, ann.country) == ("Anne", "Spain")
    assert (thing.name, str(thing.category), thing.price) == ("Camera", "Photo", Decimal("12.00"))
    assert run.report["contradictions"] == {
        "transaction ids with several rows": 0,
        "customer ids with several names": 1,
        "product ids with several names": 1,
        "product ids with several categories": 1,
    }


def test_an_older_file_fills_gaps_and_changes_no_newer_name_or_price(load):
    load("purchases", PURCHASES, "t1,c1,Ann,p1,Router,,1,10,2024-03-02,")
    load("purchases", PURCHASES, "t2,c1,Old,p1,Old,Electronics,1,99,2020-01-01,France")
    ann, router = Customer.objects.get(), Product.objects.get()
    assert (ann.name, ann.country) == ("Ann", "France")
    assert (router.name, str(router.category), router.price) == ("Router", "Electronics", Decimal("10.00"))


@pytest.mark.parametrize("order", [("products", "purchases"), ("purchases", "products")])
def test_a_catalogue_says_what_a_product_is_whichever_file_comes_first(load, order):
    files = {
        "products": ("product_id,product_name,product_category,derived_category,brand,price",
                     "p1,New Router,,NETWORK,Nordwave,79.5", "p2,Pen,Office,OTHER,,"),
        "purchases": (PURCHASES, "t1,c1,Ann,p1,Router,Electronics,1,10,2024-03-02,"),
    }  # fmt: skip
    for kind in order:
        load(kind, *files[kind])
    router = Product.objects.get(external_id="p1")
    assert (router.name, router.brand, router.price) == ("New Router", "Nordwave", Decimal("79.50"))
    assert str(router.category) == "NETWORK"
    assert Product.objects.get(external_id="p2").category == Category.objects.get(name="Office")


def test_reviews_give_products_their_sentiment_and_may_make_products(load):
    a_product(external_id="p1")
    rows = ("r1,,p1,5,Great!,2024-01-01", "r2,new,p2,1,Awful.,2024-01-01")
    assert load("reviews", REVIEWS, *rows).report["rejected"] == 1
    assert not Customer.objects.exists()
    run = load("reviews", REVIEWS, *rows, create_products=True)
    assert run.report["new"] == {"customers": 1, "products": 1}
    liked, hated = Product.objects.order_by("external_id")
    assert (liked.sentiment or 0) > 0.5 > (hated.sentiment or 1)
    assert (liked.review_count, hated.review_count) == (1, 1)


def test_gzip_bom_and_windows_line_ends(tmp_path):
    path = tmp_path / "named.csv"
    path.write_bytes(gzip.compress("\ufeff".encode() + f"{PURCHASES}\r\n{GOOD}\r\n\r\n".encode(), mtime=0))
    assert import_file("purchases", path).report["added"] == 1


def test_old_macs_line_ends(tmp_path):
    path = tmp_path / "mac.csv"
    path.write_bytes(f"{PURCHASES}\r{GOOD}\r".encode())
    assert import_file("purchases", path).report["added"] == 1


def test_a_header_alone_is_an_empty_shop(load):
    run = load("purchases", PURCHASES)
    assert (run.status, run.report["read"], run.rejects_file) == ("done", 0, "")


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("purchases", b"", "is empty"),
        ("purchases", b"a,b,c\n1,2,3\n", "has to have the columns transaction_id, customer_id, product_id"),
        ("purchases", b"customer_id,product_id,purchased_at\n", "transaction_id"),
        ("purchases", REVIEWS.encode(), "give it with --reviews"),
        ("products", PURCHASES.encode(), "give it with --purchases"),
        ("purchases", b"transaction_id,customer_id,product_id,price,price\n", "price more than once"),
        ("purchases", f"{PURCHASES}\n{GOOD}".encode("utf-16"), "header"),
        ("purchases", gzip.compress(f"{PURCHASES}\n{GOOD}\n".encode() * 5000, mtime=0)[:-20], "breaks off"),
        ("purchases", gzip.compress(PURCHASES.encode(), mtime=0)[:8] + b"\0" * 40, "breaks off"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_shop_as_it_was_and_a_failed_run(tmp_path, kind, content, says):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=says):
        import_file(kind, path)
    run = ImportRun.objects.get()
    assert run.status == "failed"
    assert says in run.error
    assert not Purchase.objects.exists()
    assert not Category.objects.exists()


def test_the_command_takes_files_in_any_order_and_prints_a_report(tmp_path, capsys):
    (tmp_path / "r.csv").write_text(f"{REVIEWS}\nr1,c1,p1,5,Good,2024-01-01\n")
    (tmp_path / "p.csv").write_text(f"{PURCHASES}\n{GOOD}\n,,,,,,,,,\n")
    call_command("import_shop", "--reviews", tmp_path / "r.csv", "--purchases", tmp_path / "p.csv")
    out = capsys.readouterr().out
    assert "1 added, 0 updated, 0 unchanged, 0 repeated, 1 rejected" in out
    assert "1 rejected: no transaction_id" in out
    assert "Now run: manage.py fit_engine" in out
    assert Review.objects.count() == 1


@pytest.mark.parametrize("arguments", [[], ["--purchases", "/nowhere/x.csv"], ["--reviews", "/"]])
def test_the_command_says_in_a_sentence_why_it_does_nothing(arguments):
    with pytest.raises(CommandError, match="import"):
        call_command("import_shop", *arguments)


def test_hostile_texts_are_kept_as_texts(load):
    name = "Robert'); DROP TABLE customers_customer;-- <script>alert(1)</script> \\N {{7*7}} 🛒"
    load("purchases", PURCHASES, f"t1,c1,{name},p1,=1+1,\\.,1,1,2024-01-01,")
    assert Customer.objects.get().name == name
    assert (Product.objects.get().name, Category.objects.get().name) == ("=1+1", "\\.")


def test_times_are_of_the_shops_zone_unless_they_have_one(load, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    load(
        "purchases", PURCHASES,
        "t1,c1,,p1,,,1,1,2024-03-01T00:30:00,", "t2,c1,,p1,,,1,1,2024-03-01T00:30:00Z,",
        "t3,c1,,p1,,,1,1,3/1/2024 0:30,",
    )  # fmt: skip
    berlin, utc = datetime(2024, 2, 29, 23, 30, tzinfo=UTC), datetime(2024, 3, 1, 0, 30, tzinfo=UTC)
    assert dict(Purchase.objects.values_list("external_id", "purchased_at")) == {"t1": berlin, "t2": utc, "t3": berlin}


def test_a_purchase_of_today_is_not_of_the_future(load):
    tomorrow_elsewhere = (timezone.now() + timedelta(hours=14)).replace(tzinfo=None).isoformat()
    assert load("purchases", PURCHASES, f"t1,c1,,p1,,,1,1,{tomorrow_elsewhere},").report["added"] == 1
