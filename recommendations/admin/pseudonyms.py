"""Which customer a trace's pseudonym stands for: for staff with the right, and never without a note of who asked."""

from typing import cast

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from customers.models import Customer
from recommendations.pseudonyms import customer_of
from tracing.admin.people import who_is_meant
from tracing.admin.trace_page import Panel, panels
from tracing.masking import pseudonym
from tracing.models import Trace


def may_resolve(request: HttpRequest) -> bool:
    return request.user.has_perms(("customers.resolve_pseudonym", "tracing.view_trace"))


@require_POST
def resolve_pseudonym(request: HttpRequest, pk: int) -> HttpResponse:
    """Says on the trace's page who it is."""
    if not may_resolve(request):
        raise PermissionDenied
    trace = get_object_or_404(Trace, pk=pk)
    customer = customer_of(trace.user_pseudonym) if trace.user_pseudonym else None
    if customer is None:
        messages.warning(request, "No customer has this pseudonym: it is of an earlier key, or they were erased.")
    else:
        note(request, customer, f"was seen to be the customer of trace {trace.trace_id}")
        page = reverse("admin:customers_customer_change", args=[customer.pk])
        messages.info(request, format_html('The customer is <a href="{}">{}</a>.', page, customer))
    return redirect("admin:tracing_trace_change", trace.pk)


def note(request: HttpRequest, customer: Customer, what: str) -> None:
    """Into the admin's history of the customer."""
    LogEntry.objects.create(
        user=cast(User, request.user),
        content_type=ContentType.objects.get_for_model(Customer),
        object_id=str(customer.pk),
        object_repr=str(customer)[:200],
        action_flag=CHANGE,
        change_message=what,
    )


def resolving_panel(request: HttpRequest, trace: Trace) -> Panel | None:
    if not trace.user_pseudonym or not may_resolve(request):
        return None
    return Panel("Customer", "admin/recommendations/resolve_pseudonym.html", {"trace": trace})


def user_of(request: HttpRequest, text: str) -> str:
    """The pseudonym of the customer with this id, for staff who search traces by it."""
    customer = Customer.objects.filter(external_id=text.strip()).first() if may_resolve(request) else None
    if customer is None:
        return ""
    note(request, customer, "traces were searched for by the customer's id")
    return pseudonym(customer.external_id)


panels.append(resolving_panel)
who_is_meant.append(user_of)
