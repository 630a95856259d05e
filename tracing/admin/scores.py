"""Judgements of traces."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from tracing.admin.common import ReadOnly
from tracing.admin.traces import trace_link
from tracing.models import Score


@admin.register(Score)
class ScoreAdmin(ReadOnly):
    list_display = ("created_at", "name", "value", "comment", "of_trace")
    list_select_related = ("trace",)
    search_fields = ("trace__trace_id__startswith",)
    ordering = ("-trace_id",)  # which has an index, and is nearly the order of time
    fields = ("id", "name", "value", "comment", "of_trace", "span_id", "created_at", "updated_at")
    readonly_fields = ("id", "of_trace")

    @display(description="trace")
    def of_trace(self, score: Score) -> SafeString:
        return trace_link(score.trace)
