from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from customers.access import AmbiguousCustomer, LoginRefused, UnknownCustomer, create_login, find_customer
from customers.models import StorefrontKey
from tests.factories import a_customer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "written", ["José Núñez", "jose nunez", "JOSÉ NÚÑEZ", "  Jose\n Nunez ", "Jose\u0301 Nu\u0301n\u0303ez"]
)
def test_a_name_is_found_whatever_its_case_accents_and_spacing(written):
    jose = a_customer("José Núñez")
    a_customer("José Núñez Ruiz")
    assert find_customer(name=written) == jose


def test_the_id_decides_where_one_is_given():
    a_customer("Ann")
    bob = a_customer("Bob")
    assert find_customer(customer_id=bob.external_id, name="Ann") == bob


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "Nobody",
        "%",
        "_nn",
        "' OR 1=1 --",
        "A" * 100_000,
        "nul\0",
        "\ud800".encode("utf-8", "replace").decode(),
    ],
)
def test_a_name_that_nobody_has_is_unknown(name):
    a_customer("Ann")
    with pytest.raises(UnknownCustomer):
        find_customer(name=name)


@pytest.mark.parametrize("customer_id", ["nobody", "x" * 10_000, "0\0", "1 OR 1=1"])
def test_an_id_that_nobody_has_is_unknown(customer_id):
    with pytest.raises(UnknownCustomer):
        find_customer(customer_id=customer_id)


def test_a_shared_name_is_answered_with_at_most_twenty_candidates():
    sharers = [a_customer("Maria Garcia", external_id=f"m{n:02}") for n in range(25)]
    with pytest.raises(AmbiguousCustomer) as caught:
        find_customer(name="maria garcía")
    assert caught.value.candidates == sharers[:20]


def test_names_are_looked_up_by_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM customers_customer WHERE customers_folded(name) = customers_folded('Ann')"
        )
        assert "customer_name_folded" in str(cursor.fetchall())


def test_a_key_is_shown_once_and_kept_as_a_hash():
    key, secret = StorefrontKey.objects.issue("Web shop")
    assert secret.startswith("sk_shop_")
    assert len(secret) == len("sk_shop_") + 43
    assert secret not in str(vars(StorefrontKey.objects.get(pk=key.pk)))
    assert StorefrontKey.objects.authenticate(secret) == key


@pytest.mark.parametrize("secret", ["", "sk_shop_", "sk_shop_" + "a" * 43, "\0", "\ud800"])
def test_a_wrong_key_is_nobody(secret):
    StorefrontKey.objects.issue("Web shop")
    assert StorefrontKey.objects.authenticate(secret) is None


def test_a_revoked_key_is_nobody_and_keeps_the_day_it_was_revoked():
    key, secret = StorefrontKey.objects.issue("Web shop")
    assert StorefrontKey.objects.filter(pk=key.pk).revoke() == 1
    assert StorefrontKey.objects.authenticate(secret) is None
    assert StorefrontKey.objects.filter(pk=key.pk).revoke() == 0


def test_use_of_a_key_is_written_at_most_once_a_minute(django_assert_num_queries):
    key, secret = StorefrontKey.objects.issue("Web shop")
    with django_assert_num_queries(2):
        StorefrontKey.objects.authenticate(secret)
    with django_assert_num_queries(1):
        StorefrontKey.objects.authenticate(secret)
    StorefrontKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(2):
        StorefrontKey.objects.authenticate(secret)


def test_the_command_prints_the_key_and_nothing_else():
    out = StringIO()
    call_command("create_api_key", "Web shop", stdout=out)
    assert StorefrontKey.objects.authenticate(out.getvalue().removesuffix("\n")) == StorefrontKey.objects.get(
        name="Web shop"
    )


def test_a_login_signs_in_as_its_customer_and_a_second_one_is_a_new_password():
    ann = a_customer("Ann")
    user, password = create_login(ann)
    assert authenticate(username=f"customer-{ann.external_id}", password=password) == User.objects.get(customer=ann)
    again, other = create_login(ann)
    assert again == user
    assert authenticate(username=user.username, password=password) is None
    assert authenticate(username=user.username, password=other) == user
    assert not user.is_staff


def test_a_login_takes_nobody_elses_username():
    ann = a_customer("Ann")
    User.objects.create_superuser(f"customer-{ann.external_id}", password="boss")
    with pytest.raises(LoginRefused):
        create_login(ann)
    assert authenticate(username=f"customer-{ann.external_id}", password="boss")


def test_the_login_command_takes_a_name_and_prints_both_words():
    ann = a_customer("Ann Lee")
    out = StringIO()
    call_command("create_login", "ann lee", stdout=out)
    username, password = (line.split(": ")[1] for line in out.getvalue().splitlines())
    assert authenticate(username=username, password=password) == User.objects.get(customer=ann)


def test_the_login_command_names_the_ids_of_an_ambiguous_name():
    a_customer("Ann", external_id="17")
    a_customer("ANN", external_id="18")
    with pytest.raises(CommandError, match="17, 18"):
        call_command("create_login", "Ann")
