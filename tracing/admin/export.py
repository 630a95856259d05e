"""What a list shows, all of it, as a file: rows are read by a cursor of the server and sent as they come."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from itertools import islice
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone

CHUNK = 200  # rows in memory at a time
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what spreadsheets take for the beginning of a formula
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}

Columns = Mapping[str, Callable[[Any], Any]]


class Exported:
    """For a ModelAdmin whose list may be taken away by those with the right `export_<model>`."""

    list_before_template = "admin/export_links.html"

    def export_columns(self, request: HttpRequest) -> Columns:
        """What each row tells. Both formats have these; values are text, numbers, times, or lists of text."""
        raise NotImplementedError

    def export_details(self, request: HttpRequest) -> Columns:
        """What a JSON line tells besides: lists and objects."""
        return {}

    def export_queryset(self, request: HttpRequest, format_: str) -> QuerySet[Any]:
        """What the list shows, unpaged, with all that the columns read."""
        found: QuerySet[Any] = self.get_changelist_instance(request).get_queryset(request)  # type: ignore[attr-defined]
        return found

    def has_export_permission(self, request: HttpRequest) -> bool:
        opts = self.opts  # type: ignore[attr-defined]
        return bool(request.user.has_perm(f"{opts.app_label}.export_{opts.model_name}"))

    def get_urls(self) -> list[URLPattern]:
        opts, site = self.opts, self.admin_site  # type: ignore[attr-defined]
        name = f"{opts.app_label}_{opts.model_name}_export"
        own = path("export.<str:format_>", site.admin_view(self.export_view), name=name)
        return [own, *super().get_urls()]  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        told = {"may_export": self.has_export_permission(request), "export_query": request.GET.urlencode()}
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **told})  # type: ignore[misc]
        return answer

    def export_view(self, request: HttpRequest, format_: str) -> HttpResponse | StreamingHttpResponse:
        if not (self.has_view_permission(request) and self.has_export_permission(request)):  # type: ignore[attr-defined]
            raise PermissionDenied
        if format_ not in TYPES:
            raise Http404(f"there is no export as {format_}")
        try:
            found = self.export_queryset(request, format_)
        except IncorrectLookupParameters:
            return HttpResponseBadRequest("One of these filters cannot be read.", content_type="text/plain")
        columns = self.export_columns(request)
        if format_ == "csv":
            lines = _csv_lines(columns, self._rows(request, found, format_))
        else:
            lines = _json_lines({**columns, **self.export_details(request)}, self._rows(request, found, format_))
        answer = StreamingHttpResponse(_joined(lines), content_type=TYPES[format_])
        name = f"{found.model._meta.model_name}s-{timezone.localtime():%Y-%m-%d-%H%M}.{format_}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _rows(self, request: HttpRequest, found: QuerySet[Any], format_: str) -> Iterator[Any]:
        """The rows; then, or when the reader went away, who took how many goes to the admin's log."""
        number = 0
        try:
            with transaction.atomic():  # else PostgreSQL would first write down all that the cursor will give
                for row in found.iterator(chunk_size=CHUNK):
                    number += 1
                    yield row
        finally:
            # Not the words that were searched for: they may name somebody.
            filters = ", ".join(f"{name}={value}" for name, value in request.GET.items() if name != "q")
            searched = "a search" if request.GET.get("q") else ""
            chosen = ", ".join(filter(None, (filters, searched))) or "no filter"
            chosen = chosen.replace("\0", "")  # which PostgreSQL does not take
            LogEntry.objects.create(
                user=request.user,  # type: ignore[misc]  # signed in, or the view had refused
                content_type=ContentType.objects.get_for_model(found.model),
                object_repr=f"{number:,} {found.model._meta.verbose_name_plural} as {format_}",
                action_flag=CHANGE,
                change_message=f"Exported {number:,} as {format_}: {chosen}",
            )


def _csv_lines(columns: Columns, rows: Iterator[Any]) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value(row)) for value in columns.values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()  # the heads, where there were no rows


def _cell(value: Any) -> Any:
    """As CSV writes it. Text that a spreadsheet would calculate is led by an apostrophe."""
    if isinstance(value, list):
        value = "; ".join(value)
    elif hasattr(value, "isoformat"):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _json_lines(columns: Columns, rows: Iterator[Any]) -> Iterator[str]:
    for row in rows:
        yield json.dumps({name: value(row) for name, value in columns.items()}, cls=DjangoJSONEncoder) + "\n"


def _joined(lines: Iterator[str]) -> Iterator[bytes]:
    while part := "".join(islice(lines, CHUNK)):
        yield part.encode()
