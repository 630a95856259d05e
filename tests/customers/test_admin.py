import re
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import ImportRun, StorefrontKey
from tests.factories import a_customer, a_product, a_purchase, a_review

pytestmark = pytest.mark.django_db
HISTORY = ["purchase", "review", "importrun"]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:customers_{name}", args=args)


def some_rows(number: int) -> None:
    for n in range(number):
        customer = a_customer(f"José {n}")
        product = a_product(f"Thing {n}", f"Shelf {n} of {customer.pk}")
        a_purchase(customer, product)
        a_review(product, customer=customer)
        StorefrontKey.objects.issue(f"Shop {n}")
        ImportRun.objects.create(kind="purchases", file=f"{n}.csv", report={})


@pytest.mark.parametrize(
    "model", ["customer", "category", "product", "purchase", "review", "importrun", "storefrontkey"]
)
def test_a_list_takes_as_many_queries_however_many_rows_it_shows(admin_client, model):
    some_rows(2)
    admin_client.get(page(f"{model}_changelist"))  # permissions and content types are read once
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert admin_client.get(page(f"{model}_changelist")).status_code == 200
    some_rows(20)
    with CaptureQueriesContext(connection) as many:
        assert admin_client.get(page(f"{model}_changelist")).status_code == 200
    assert len(many) == len(few)


@pytest.mark.parametrize("model", ["customer", "product", "purchase", "review"])
def test_a_list_of_a_large_table_counts_no_rows_of_it(admin_client, model):
    some_rows(1)
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(page(f"{model}_changelist"))
    counting = re.compile(rf'SELECT COUNT\(\S+\) AS "\w+" FROM "customers_{model}"')
    assert not [query["sql"] for query in queries if counting.match(query["sql"])]


@pytest.mark.parametrize("model", HISTORY)
def test_history_can_be_read_and_nothing_else(admin_client, model):
    some_rows(1)
    row = apps.get_model("customers", model)._default_manager.latest("pk")
    shown = admin_client.get(page(f"{model}_change", row.pk))
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert admin_client.post(page(f"{model}_change", row.pk), {}).status_code == 403
    assert admin_client.get(page(f"{model}_add")).status_code == 403
    assert admin_client.post(page(f"{model}_delete", row.pk), {"post": "yes"}).status_code == 403


def test_customers_are_found_by_id_and_by_a_part_of_their_name(admin_client):
    a_customer("Ann Lee", external_id="4711")
    a_customer("Bob Ray", external_id="47")
    for asked, found, missed in (("47", "Bob Ray", "Ann Lee"), ("ann", "Ann Lee", "Bob Ray")):
        text = admin_client.get(page("customer_changelist"), {"q": asked}).content.decode()
        assert found in text
        assert missed not in text


def test_a_customers_page_shows_the_profile_and_leads_to_the_purchases(admin_client):
    ann, tea = a_customer("Ann"), a_product("Tea", "Food", "3.50")
    a_purchase(ann, tea, 2)
    other = a_purchase(a_customer("Bob"), tea)
    text = admin_client.get(page("customer_change", ann.pk)).content.decode()
    assert "likes: Food (1)" in text
    link = re.search(r'href="(/admin/customers/purchase/\?[^"]+)"', text)
    assert link
    listed = admin_client.get(link[1]).content.decode()
    assert "Ann" in listed
    assert other.external_id not in listed


def test_purchases_are_found_by_their_own_their_customers_and_their_products_id(admin_client):
    wanted = a_purchase(a_customer(external_id="anns"), a_product(external_id="tea"), external_id="receipt-1")
    a_purchase(a_customer(external_id="bobs"), a_product(external_id="pen"), external_id="receipt-2")
    for asked in ("receipt-1", "anns", " tea "):
        text = admin_client.get(page("purchase_changelist"), {"q": asked}).content.decode()
        assert wanted.external_id in text
        assert "receipt-2" not in text


def test_a_new_keys_secret_is_shown_once_and_then_never(admin_client):
    answer = admin_client.post(page("storefrontkey_add"), {"name": "<b>Shop</b>"}, follow=True)
    secret = re.search(r"sk_shop_[\w-]{43}", answer.content.decode())
    assert secret
    key = StorefrontKey.objects.authenticate(secret[0])
    assert key is not None
    assert b"<b>Shop" not in answer.content
    for again in (page("storefrontkey_changelist"), page("storefrontkey_change", key.pk)):
        text = admin_client.get(again).content.decode()
        assert secret[0] not in text
        assert key.digest not in text


def test_a_key_is_renamed_without_getting_another_secret(admin_client):
    key, secret = StorefrontKey.objects.issue("Shop")
    admin_client.post(page("storefrontkey_change", key.pk), {"name": "Other", "digest": "0" * 64, "prefix": "x"})
    renamed = StorefrontKey.objects.authenticate(secret)
    assert renamed is not None
    assert renamed.name == "Other"


def test_keys_are_revoked_by_the_lists_action(admin_client):
    key, secret = StorefrontKey.objects.issue("Shop")
    other, other_secret = StorefrontKey.objects.issue("Other")
    admin_client.post(page("storefrontkey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    assert StorefrontKey.objects.authenticate(secret) is None
    assert StorefrontKey.objects.authenticate(other_secret) == other


def test_a_failed_import_says_why_and_escapes_it(admin_client):
    run = ImportRun.objects.create(kind="reviews", file="x.csv", status="failed", error="<script>no</script>")
    text = admin_client.get(page("importrun_change", run.pk)).content.decode()
    assert "Nothing was imported. &lt;script&gt;no" in text


def test_purchases_are_found_by_day_the_last_one_included(admin_client, settings):
    settings.TIME_ZONE = "America/New_York"
    late = datetime(2026, 4, 1, 2, 30, tzinfo=UTC)  # in New York still 31 March
    purchase = a_purchase(a_customer(), a_product(), purchased_at=late)
    for end, day, found in ("to", "2026-03-31", [purchase]), ("from", "2026-04-01", []), ("to", "nonsense", [purchase]):
        shown = admin_client.get(page("purchase_changelist"), {f"purchased_at_{end}": day})
        assert list(shown.context["cl"].result_list) == found
