"""Who sent a request: a storefront by its key. Customers and staff come with Django's session."""

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from customers.models import StorefrontKey


class StorefrontKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sk_shop_…`, or the same key as `X-API-Key`; a wrong one raises AuthenticationFailed."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, StorefrontKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            secret = request.headers.get("X-API-Key", "")
            if not secret:
                return None
        key = StorefrontKey.objects.authenticate(secret.strip())
        if key is None:
            raise AuthenticationFailed("This key is unknown or was revoked.")
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="ShopAssist"'
