import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.models import model_to_dict

from tracing.links import langfuse_url
from tracing.models import Trace
from tracing.tree import printable, tree_lines


class Command(BaseCommand):
    help = "Print a trace as a tree with times. An id may belong to several traces; all are printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("trace_id", help="32 hex digits, or at least the first 8")
        parser.add_argument("--json", action="store_true", help="a JSON list of the traces and nothing else")

    def handle(self, *, trace_id: str, json: bool, **options: Any) -> None:
        wanted = trace_id.strip().lower()
        traces = Trace.objects.filter(trace_id__startswith=wanted) if len(wanted) >= 8 else Trace.objects.none()
        traces = traces.prefetch_related("observations", "scores").order_by("started_at")
        if not traces:
            raise CommandError(f"There is no trace {trace_id}.")
        if json:
            self.stdout.write(as_json(list(traces)))
        else:
            for trace in traces:
                self.show(trace)

    def show(self, trace: Trace) -> None:
        about = [trace.trace_id, f"{trace.started_at:%Y-%m-%d %H:%M:%S %Z}", trace.environment, *trace.tags]
        self.stdout.write(printable("  ".join(about)))
        for line in tree_lines(trace):
            self.stdout.write(line)
        for score in trace.scores.all():
            self.stdout.write(printable(f"score {score.name} {score.value:g} {score.comment}".rstrip()))
        if url := langfuse_url(trace.trace_id):
            self.stdout.write(url)


def as_json(traces: list[Trace]) -> str:
    fields = [
        {
            **model_to_dict(trace),
            "observations": [model_to_dict(seen, exclude=["trace"]) for seen in trace.observations.all()],
            "scores": [{"id": score.pk, **model_to_dict(score, exclude=["trace"])} for score in trace.scores.all()],
        }
        for trace in traces
    ]
    return json.dumps(fields, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
