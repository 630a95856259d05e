"""The page of figures for staff."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from recommendations.dashboard.page import dashboard
from tracing.dashboard.period import PRESETS, PeriodForm, last_days

RIGHT = "tracing.view_dashboard"


def may_see(request: HttpRequest) -> bool:
    return bool(request.user.has_perm(RIGHT))


def dashboard_page(request: HttpRequest) -> HttpResponse:
    """For who has the right; bad days are named, and the usual ones shown."""
    if not may_see(request):
        raise PermissionDenied
    form = PeriodForm(request.GET)
    context = {
        **admin.site.each_context(request),
        **dashboard(form.period),
        "title": "Dashboard",
        "form": form,
        "presets": [(number, last_days(number)) for number in PRESETS],
    }
    return TemplateResponse(request, "admin/dashboard.html", context, status=400 if form.complaints else 200)
