"""The command, the task and the admin's page that erase."""

import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.urls import reverse

from customers.models import Customer
from recommendations.erasure import erase
from recommendations.models import ErasureReceipt
from recommendations.tasks import complete_erasures
from tests.factories import a_customer, a_product, a_purchase
from tracing.masking import pseudonym

pytestmark = pytest.mark.django_db

ADD = reverse("admin:recommendations_erasurereceipt_add")


@pytest.fixture
def ada():
    ada = a_customer("Ada Lovelace", external_id="ada")
    a_purchase(ada, a_product())
    return ada


def run(*arguments):
    out = StringIO()
    call_command("erase_customer", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_receipt_and_says_when_it_was_done_before(ada):
    said = run("ada")
    assert pseudonym("ada") in said
    assert "1 purchases" in said
    assert "LangFuse is not used here. Done." in said
    assert "Ada" not in said
    again = run("ada")
    assert "was erased at" in again
    assert "Done." in again
    assert ErasureReceipt.objects.count() == 1


def test_a_dry_run_changes_nothing(ada):
    assert "1 purchases" in run("ada", "--dry-run")
    assert Customer.objects.get() == ada
    assert not ErasureReceipt.objects.exists()


def test_nobody_of_that_id(ada):
    for arguments in (["nobody"], ["nobody", "--dry-run"]):
        with pytest.raises(CommandError, match="no customer with the id 'nobody'"):
            run(*arguments)


def test_it_fails_where_langfuse_is_not_done_and_the_task_goes_on(ada, langfuse):
    langfuse.status = 500
    with pytest.raises(SystemExit):
        run("ada", "--patience", "0")
    assert complete_erasures() == 1
    langfuse.status = 0
    assert complete_erasures() == 0
    assert "shows nothing more. Done." in run("ada")


@pytest.fixture
def clerk(client):
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_erasurereceipt"))
    client.force_login(clerk)
    return clerk


def wish(**changes):
    return {"customer_id": "ada", "again": "ada", **changes}


def test_staff_without_the_right_read_receipts_and_erase_nobody(ada, clerk, client):
    assert client.get(reverse("admin:recommendations_erasurereceipt_changelist")).status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, wish()).status_code == 403
    assert Customer.objects.get() == ada


def test_staff_with_the_right_erase(ada, clerk, client):
    clerk.user_permissions.add(Permission.objects.get(codename="erase_customer"))
    assert "cannot be taken back" in client.get(ADD).content.decode()
    for bad, complaint in (
        (wish(again="adah"), "not the same"),
        (wish(customer_id="bob", again="bob"), "no customer"),
        ({}, "required"),
    ):
        assert complaint in client.post(ADD, bad).content.decode()
    assert Customer.objects.get() == ada
    assert client.post(ADD, wish()).status_code == 302
    assert not Customer.objects.exists()
    receipt = ErasureReceipt.objects.get()
    assert (receipt.requested_by, receipt.state) == ("clerk", "done")
    page = client.get(reverse("admin:recommendations_erasurereceipt_change", args=[receipt.pk])).content.decode()
    assert "1 purchases" in page
    assert "Ada" not in page


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_hears_that_it_is_done(admin_client, ada):
    def post():
        try:
            return admin_client.post(ADD, {"customer_id": "ada", "again": "ada"}, follow=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as another:
        with transaction.atomic():
            erase("ada", by="the first")
            second = another.submit(post)
            while not second.done() and not somebody_waits():
                time.sleep(0.02)
        page = second.result()
    assert page.status_code == 200
    assert "was erased at" in page.content.decode()
    assert ErasureReceipt.objects.get().requested_by == "the first"


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]
