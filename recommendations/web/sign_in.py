"""Signing in, with a limit to guessing."""

import hashlib
import logging

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

ATTEMPTS = 10
WINDOW = 300  # seconds
log = logging.getLogger(__name__)


class SignIn(LoginView):
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: str, **kwargs: object) -> HttpResponse:
        # Counted before the password is looked at, so that many at once get no more guesses.
        if _attempts(request) > ATTEMPTS:
            log.warning("Too many sign-ins from %s; refused for %s s", _address(request), WINDOW)
            response = render(request, "429.html", {"minutes": WINDOW // 60}, status=429)
            response.headers["Retry-After"] = str(WINDOW)
            return response
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        cache.delete(_key(self.request))
        return super().form_valid(form)


def _attempts(request: HttpRequest) -> int:
    """How many there were in this window, this one included."""
    key = _key(request)
    if cache.add(key, 1, WINDOW):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, WINDOW)
        return 1


def _key(request: HttpRequest) -> str:
    who = f"{request.POST.get('username', '').strip().casefold()}\n{_address(request)}"
    return f"sign-in:{hashlib.sha256(who.encode()).hexdigest()}"


def _address(request: HttpRequest) -> str:
    if settings.SECURE_PROXY_SSL_HEADER:  # what the proxy itself wrote comes last
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
