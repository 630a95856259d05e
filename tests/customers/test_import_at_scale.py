"""Long files, two imports at once, imports that die, and the real shops."""

import os
import threading
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from customers.importing import import_file, run
from customers.importing.reading import RowFile
from customers.locks import lock_shop
from customers.models import Customer, ImportRun, Product, Purchase, Review

DATA = Path(os.environ.get("SHOPASSIST_DATA", "/nowhere"))
real_data = pytest.mark.skipif(not DATA.is_dir(), reason="SHOPASSIST_DATA names no folder of real data")
HEADER = "transaction_id,customer_id,product_id,quantity,price\n"


def a_shop(path: Path, rows: int) -> Path:
    path.write_text(HEADER + "".join(f"t{n},c{n % 97},p{n % 89},1,{n % 50}.50\n" for n in range(rows)))
    return path


@pytest.mark.parametrize(
    "content",
    [HEADER + "x" * 30_000_000, HEADER + '1,"' + "2,3\n" * 7_000_000, HEADER + '"a\n' * 5_000_000],
    ids=["one endless line", "a quote that is never closed", "nothing but quotes"],
)
def test_no_file_takes_much_memory(tmp_path, content):
    path = tmp_path / "file"
    path.write_text(content)
    del content
    tracemalloc.start()
    with RowFile(path) as file:
        for _, _ in zip(file.rows(), range(20_000), strict=False):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.django_db
def test_a_line_with_an_open_quote_costs_no_other_line(tmp_path):
    path = a_shop(tmp_path / "shop.csv", 3000)
    path.write_text(path.read_text().replace("t5,c5,", 't5,"c5,'))
    report = import_file("purchases", path, rejects=tmp_path / "rejects").report
    assert (report["read"], report["added"], report["rejected"]) == (3000, 2999, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_keep_their_lines_whatever_is_between_them(tmp_path, end):
    path, line = tmp_path / "shop.csv", 2
    lines, expected = ["a,b"], []
    for number in range(5000):
        text, height = [
            (f"{number},plain", 1), (f'{number},"two{end}lines"', 2), ("", 1), (f'{number},"br"oken', 1),
        ][number % 7 % 4]  # fmt: skip
        lines.append(text)
        if text:
            expected.append((line, "its quotes are broken" if "br" in text else ""))
        line += height
    path.write_text(end.join(lines), newline="")
    with RowFile(path) as file:
        found = list(file.rows())
    assert [(row.line, row.problem) for row in found] == expected
    assert found[1].cells == ["1", f"two{end}lines"]


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_broken_off_leaves_the_shop_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "PROGRESS_EVERY", 0)
    path = a_shop(tmp_path / "shop.csv", 3000)

    def interrupt(sentence: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file("purchases", path, progress=interrupt)
    assert not any(model._default_manager.exists() for model in (Customer, Product, Purchase))
    assert ImportRun.objects.get().status == "failed"
    assert import_file("purchases", path).report["added"] == 3000


@pytest.mark.django_db
def test_an_import_that_was_killed_is_found_out_by_the_next(tmp_path):
    killed = ImportRun.objects.create(kind="purchases", file="x", status="running")
    import_file("purchases", a_shop(tmp_path / "shop.csv", 1))
    killed.refresh_from_db()
    assert (killed.status, killed.error) == ("failed", "The import was killed.")
    assert killed.finished_at is not None
    assert killed.finished_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
def test_imports_at_once_wait_for_each_other_and_both_arrive(tmp_path):
    files = [a_shop(tmp_path / f"{n}.csv", 400) for n in range(3)]
    header, *rows = files[1].read_text().splitlines()  # the same customers and products, last ones first
    files[1].write_text("\n".join([header, *(f"u{row}" for row in reversed(rows))]))
    said: list[str] = []
    done: list[str] = []

    def one(path: Path) -> None:
        try:
            done.append(import_file("purchases", path, progress=said.append).status)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[path]) for path in files]
    with transaction.atomic():
        lock_shop()
        for thread in threads:
            thread.start()
        while len(said) < len(threads) and any(thread.is_alive() for thread in threads):
            threads[0].join(0.05)
    for thread in threads:
        thread.join(60)
    assert done == ["done"] * 3
    assert "waiting" in said[0]
    assert Purchase.objects.count() == 800


@pytest.mark.django_db(transaction=True)
def test_a_customer_who_is_deleted_meanwhile_stays_if_they_bought(tmp_path):
    import_file("purchases", a_shop(tmp_path / "before.csv", 1))
    new = tmp_path / "new.csv"
    new.write_text(HEADER + "new,c0,p0,1,2.50\n")
    refused: list[IntegrityError] = []

    def delete() -> None:
        try:
            Customer.objects.get(external_id="c0").delete()
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=delete)
    with transaction.atomic(), connection.cursor() as cursor:
        import_file("purchases", new)
        thread.start()
        cursor.execute("SELECT false")
        while thread.is_alive() and not cursor.fetchone()[0]:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
    thread.join(60)
    assert refused
    assert Purchase.objects.filter(customer__external_id="c0").count() == 2


@pytest.mark.data
@real_data
@pytest.mark.django_db
def test_the_contradictory_original_shop_loads_with_an_honest_report(tmp_path):
    bought = import_file("purchases", DATA / "seed_shop/customer_purchase_data.csv").report
    said = import_file("reviews", DATA / "seed_shop/customer_reviews_data.csv").report
    assert (bought["added"], bought["rejected"], said["added"], said["rejected"]) == (1000, 0, 1000, 0)
    assert bought["contradictions"] == {
        "transaction ids with several rows": 0,
        "customer ids with several names": 277,
        "product ids with several names": 100,
        "product ids with several categories": 100,
    }
    assert Customer.objects.named("Kenneth Martinez").get().external_id == "887"
    assert not Product.objects.filter(sentiment=None).exists()


@pytest.mark.data
@real_data
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("shop", "purchases", "customers", "products"),
    [("online_retail_small", 42_338, 600, 2_999), ("complete_journey_small", 45_041, None, None)],
)
def test_real_shops_load_whole(shop, purchases, customers, products):
    catalogue = import_file("products", DATA / shop / "products.csv").report
    report = import_file("purchases", DATA / shop / "purchases.csv.gz").report
    assert (report["added"], report["rejected"], catalogue["rejected"]) == (purchases, 0, 0)
    assert Customer.objects.count() == (customers or report["new"]["customers"])
    assert products is None or Product.objects.count() == products
    assert not Product.objects.filter(category=None).exists()
    assert Purchase.objects.all().totals().spent > Decimal(100_000)


@pytest.mark.data
@real_data
@pytest.mark.django_db
def test_reviews_without_a_shop_load_where_products_may_be_made(tmp_path):
    path = DATA / "womens_clothing_small/reviews.csv.gz"
    assert import_file("reviews", path, create_products=True).report["added"] == 10_000
    loved = Review.objects.filter(rating=5).order_by("-sentiment")[0]
    assert loved.sentiment > 0.9
