"""One trace: what happened, as a waterfall, with all that belongs to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from tracing.admin.common import ReadOnly
from tracing.links import langfuse_url
from tracing.models import Delivery, Observation, Trace
from tracing.neighbours import session_of
from tracing.observations import gist, seen_of
from tracing.timeline import shown_ms, timeline_of

SAID = 400  # characters of what the whole trace took in and gave

related_links: list[Callable[[Trace], Iterable[tuple[str, str]]]] = []
"""Other apps add here what leads from a trace to their own pages: (label, address)."""


@dataclass(frozen=True)
class Panel:
    """A part of a trace's page that another app fills. Its template finds `context` as `panel`, and the request."""

    title: str
    template: str
    context: dict[str, Any]


panels: list[Callable[[HttpRequest, Trace], Panel | None]] = []
"""Other apps add here what they know of a trace. Each checks the rights of whoever asks."""

DELIVERY = {  # colour, what it means
    Delivery.KEPT: ("", "LangFuse was not configured when it was stored."),
    Delivery.SAMPLED_OUT: ("", "Sampling left it out; it is kept here alone."),
    Delivery.WAITING: ("WARNING", "It has not been sent to LangFuse yet."),
    Delivery.SENT: ("WARNING", "LangFuse took it; reading it back will confirm that it was stored."),
    Delivery.CONFIRMED: ("GOOD", "It was read back from LangFuse."),
    Delivery.SET_ASIDE: ("ERROR", "LangFuse refused it, and it is not sent again by itself."),
}


class TracePage(ReadOnly):
    def get_urls(self) -> list[URLPattern]:
        observation = path(
            "<int:trace_pk>/observations/<int:position>/",
            self.admin_site.admin_view(require_safe(self.observation_view)),
            name="tracing_trace_observation",
        )
        return [observation, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        trace = self.get_object(request, object_id)
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request, trace):
            raise PermissionDenied
        if trace is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = self.admin_site.each_context(request) | self.told(request, trace) | (extra_context or {})
        return TemplateResponse(request, "admin/tracing/trace/change_form.html", page)

    def told(self, request: HttpRequest, trace: Trace) -> dict[str, Any]:
        root = trace.observations.filter(position=0).values_list("input", "output").first() or (None, None)
        colour, meaning = DELIVERY[Delivery(trace.delivery)]
        return {
            "title": str(trace),
            "opts": self.opts,
            "original": trace,
            "took": shown_ms(trace.duration_ms),
            "cost": f"{trace.cost.normalize():f}",
            "said": [(label, gist(value, SAID)) for label, value in zip(("Input", "Output"), root, strict=True)],
            "timeline": timeline_of(trace),
            "session": session_of(trace),
            "scores": trace.scores.all(),
            "delivery_colour": colour,
            "delivery_meaning": meaning,
            "outbox": trace.outbox.select_related("score").defer("body"),
            "langfuse_url": langfuse_url(trace.trace_id),
            "related": [link for links in related_links for link in links(trace)],
            "panels": [panel for fill in panels if (panel := fill(request, trace))],
        }

    def observation_view(self, request: HttpRequest, trace_pk: int, position: int) -> HttpResponse:
        """What one observation saw: a part of the trace's page, or without JavaScript a page of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Observation.objects.select_related("trace")
        observation = get_object_or_404(found, trace=trace_pk, position=position)
        [seen] = seen_of([observation])
        if request.headers.get("HX-Request"):
            return TemplateResponse(request, "admin/tracing/trace/seen.html", {"seen": seen})
        page = {"title": observation.name, "opts": self.opts, "original": observation.trace, "seen": seen}
        return TemplateResponse(
            request, "admin/tracing/trace/observation.html", self.admin_site.each_context(request) | page
        )
