"""What all of the customers' pages have in common: who may see them, and what a browser may do with them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from customers.models import Customer

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
CustomersPage = Callable[Concatenate[HttpRequest, Customer, P], HttpResponseBase]


def personal(view: Page[P]) -> Page[P]:
    """A page that no cache keeps and on which nothing from elsewhere runs."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return never_cache(page)


def for_customers(view: CustomersPage[P]) -> Page[P]:
    """The view gets the customer who is signed in; others are sent to sign in, staff without one are told."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        customer = Customer.objects.select_related("user").filter(user=request.user).first()
        if customer is None:
            return render(request, "web/no_customer.html", status=403)
        return view(request, customer, *args, **kwargs)

    return personal(page)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    if htmx := HtmxDetails(request):  # a redirect would be followed unseen, and the sign-in page be put inside this one
        here = urlencode({"next": htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{resolve_url(settings.LOGIN_URL)}?{here}")
    return redirect_to_login(request.get_full_path() if request.method == "GET" else resolve_url("web:ask"))
