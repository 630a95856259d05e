"""Secrets of storefronts: made once, shown once, kept only as a hash."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from customers.models import StorefrontKey

PREFIX = "sk_shop_"
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class StorefrontKeyQuerySet(models.QuerySet["StorefrontKey"]):
    def issue(self, name: str) -> tuple["StorefrontKey", str]:
        """A new key and its secret, which cannot be had again."""
        key = self.model(name=name)
        secret = key.renew()
        key.save()
        return key, secret

    def authenticate(self, secret: str) -> "StorefrontKey | None":
        """The active key of this secret. Its use is written down at most once a minute."""
        key = self.filter(digest=digest_of(secret), revoked_at=None).first()
        if key is not None:
            now = timezone.now()
            stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
            if key.last_used_at is None or key.last_used_at < now - USE_IS_NOTED_EVERY:
                self.filter(stale, pk=key.pk).update(last_used_at=now)
        return key

    def revoke(self) -> int:
        """How many keys lost their right to ask; those revoked before keep their date."""
        return self.filter(revoked_at=None).update(revoked_at=timezone.now())


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    # A key is 256 random bits: a slow hash would protect nothing and cost every request its time.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
