"""One trace: what happened, as a waterfall."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from tracing.admin.common import ReadOnly
from tracing.links import langfuse_url
from tracing.models import Trace
from tracing.timeline import timeline_of

related_links: list[Callable[[Trace], Iterable[tuple[str, str]]]] = []
"""Other apps add here what leads from a trace to their own pages: (label, address)."""


class TracePage(ReadOnly):
    change_form_template = "admin/tracing/trace/change_form.html"
    fields = (
        ("name", "started_at"), ("took", "level"), "status_message", "trace_id", "session_id", "user_pseudonym",
        ("tokens", "shown_cost"), ("environment", "release"), "tags", "metadata",
    )  # fmt: skip
    readonly_fields = ("took", "tokens", "shown_cost")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        trace = self.get_object(request, object_id)
        told = self.told(trace) if trace and self.has_view_permission(request, trace) else {}
        answer: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **told})
        return answer

    def told(self, trace: Trace) -> dict[str, Any]:
        return {
            "timeline": timeline_of(trace),
            "scores": trace.scores.all(),
            "outbox": trace.outbox.select_related("score").defer("body"),
            "langfuse_url": langfuse_url(trace.trace_id),
            "related": [link for links in related_links for link in links(trace)],
        }
