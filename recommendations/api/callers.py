"""What a caller may see: a storefront all, staff what their permissions say, a customer their own."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from customers.access import find_customer
from customers.models import Customer, StorefrontKey
from recommendations.models import Conversation, Rating, Recommendation

if TYPE_CHECKING:  # rest_framework.views imports this module, as settings name it
    from rest_framework.views import APIView


class IsKnown(BasePermission):
    """Somebody with a key or a session."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.auth, StorefrontKey) or bool(request.user and request.user.is_authenticated)


@dataclass(frozen=True)
class Caller:
    """One of `key` and `user` is set."""

    key: StorefrontKey | None = None
    user: User | None = None

    @classmethod
    def of(cls, request: Request) -> "Caller":
        if isinstance(request.auth, StorefrontKey):
            return cls(key=request.auth)
        return cls(user=request.user if isinstance(request.user, User) else None)

    @cached_property
    def customer(self) -> Customer | None:
        """Whom a session user shops as."""
        return Customer.objects.filter(user=self.user).first() if self.user else None

    def sees_all(self, permission: str) -> bool:
        if self.user is None:
            return self.key is not None
        return self.user.is_staff and self.user.has_perm(permission)

    @property
    def sees_customers(self) -> bool:
        return self.sees_all("customers.view_customer")

    def customers(self) -> QuerySet[Customer]:
        """Those they may see; raises PermissionDenied where that can be none."""
        if self.sees_customers:
            return Customer.objects.all()
        if self.customer is None:
            raise PermissionDenied("Your sign-in belongs to no customer.")
        return Customer.objects.filter(pk=self.customer.pk)

    def customer_with(self, external_id: str) -> Customer:
        """Raises PermissionDenied for another's data, existing or not; UnknownCustomer."""
        if self.sees_customers:
            return find_customer(customer_id=external_id)
        if self.customer is None or self.customer.external_id != external_id:
            raise PermissionDenied("You may see only your own data.")
        return self.customer

    def asks_for(self, customer_id: str, name: str) -> Customer | None:
        """The customer of a question; without id and name, a signed-in customer asks for themselves.

        Raises PermissionDenied for another, UnknownCustomer, AmbiguousCustomer.
        """
        if not customer_id and not name:
            return self.customer
        if self.sees_customers:
            return find_customer(customer_id=customer_id, name=name)
        own = self.customer
        if own and (own.external_id == customer_id or (name and Customer.objects.named(name).filter(pk=own.pk))):
            return own
        raise PermissionDenied("You may ask only for yourself.")

    def recommendations(self) -> QuerySet[Recommendation]:
        if self.sees_all("recommendations.view_recommendation"):
            return Recommendation.objects.all()
        return Recommendation.objects.filter(
            Q(customer__user=self.user) | Q(customer=None, asked_by_user=self.user),
        )

    def conversation(self, pk: UUID | None, customer: Customer | None) -> Conversation:
        """A new one, or that to be continued: the customer's own, or nobody's that this caller began.

        Raises NotFound.
        """
        if pk is None:
            return Conversation.objects.create(customer=customer)
        talks = Conversation.objects.filter(pk=pk, customer=customer)
        if customer is None:
            talks = talks.filter(recommendation__asked_by_key=self.key, recommendation__asked_by_user=self.user)
        if conversation := talks.first():
            return conversation
        raise NotFound("There is no such conversation.")

    def rates_as(self, recommendation: Recommendation) -> str:
        """The customer, whoever speaks for them; else the key or the user itself."""
        customer = recommendation.customer
        if customer and (self.key or (self.user and customer.user_id == self.user.pk)):
            return Rating.rater_of(customer)
        return f"key:{self.key.pk}" if self.key else f"user:{self.user.pk if self.user else ''}"

    def may_rate(self, recommendation: Recommendation) -> bool:
        """A storefront speaks for its customers; staff who only look on do not."""
        if self.user is None:
            return self.key is not None
        customer = recommendation.customer
        return self.user.pk in {recommendation.asked_by_user_id, customer and customer.user_id}
