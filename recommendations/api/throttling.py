"""How often one caller may ask."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from customers.models import StorefrontKey

if TYPE_CHECKING:  # rest_framework.views imports this module, as settings name it
    from rest_framework.views import APIView


class CallerThrottle(SimpleRateThrottle):
    """Counts by key, else by user, else (strangers and wrong keys) by address."""

    scope = "caller"

    def get_rate(self) -> str | None:
        rate: str | None = api_settings.DEFAULT_THROTTLE_RATES[self.scope]  # type: ignore[assignment]
        return rate

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        if isinstance(request.auth, StorefrontKey):
            caller = f"key:{request.auth.pk}"
        elif request.user.is_authenticated:
            caller = f"user:{request.user.pk}"
        else:
            caller = f"address:{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": caller}
