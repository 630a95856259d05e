"""Who is meant, and who may ask."""

import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from customers.models import Customer

CANDIDATES = 20


class UnknownCustomer(LookupError):
    """No customer has this id or name. Its text is a sentence for the asker."""


class AmbiguousCustomer(LookupError):
    """Several customers have this name; `candidates` are at most 20 of them."""

    def __init__(self, name: str, candidates: list[Customer]) -> None:
        super().__init__(f"Several customers are called {name!r}; say which by id.")
        self.candidates = candidates


class LoginRefused(Exception):
    """This customer's login cannot be made. Its text says why."""


def find_customer(*, customer_id: str = "", name: str = "") -> Customer:
    """The customer of this id or, if none is given, of this name whatever its case and accents.

    Raises UnknownCustomer and AmbiguousCustomer.
    """
    if customer_id:
        found = None if "\0" in customer_id else Customer.objects.filter(external_id=customer_id.strip()).first()
        if found is None:
            raise UnknownCustomer(f"There is no customer with the id {customer_id[:64]!r}.")
        return found
    candidates = list(Customer.objects.named(name).order_by("external_id")[:CANDIDATES])
    if not candidates:
        raise UnknownCustomer(f"There is no customer called {name[:200]!r}.")
    if len(candidates) > 1:
        raise AmbiguousCustomer(name[:200], candidates)
    return candidates[0]


def find_by_id_or_name(text: str) -> Customer:
    """For people who type one or the other. Raises UnknownCustomer and AmbiguousCustomer."""
    try:
        return find_customer(customer_id=text)
    except UnknownCustomer:
        return find_customer(name=text)


@transaction.atomic
def create_login(customer: Customer, password: str | None = None) -> tuple[User, str]:
    """A sign-in that asks as this customer, or a new password for the one there is.

    Returns the user and the password, which is random unless given. Raises LoginRefused where the
    username belongs to somebody else.
    """
    customer = Customer.objects.select_for_update(of=("self",)).select_related("user").get(pk=customer.pk)
    password = password or secrets.token_urlsafe(12)
    user = customer.user
    if user is None:
        username = f"customer-{customer.external_id}"
        user, made = get_user_model().objects.get_or_create(username=username)
        if not made:
            raise LoginRefused(f"The user {username} exists and does not ask as this customer; link or rename it.")
        customer.user = user
        customer.save(update_fields=["user"])
    user.set_password(password)
    user.save(update_fields=["password"])
    return user, password
