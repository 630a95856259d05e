import json
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from tracing.doctor.examination import examine
from tracing.doctor.findings import Finding, State
from tracing.tree import printable


class Command(BaseCommand):
    help = "Find why LangFuse gets nothing or is slow. Exit code 1 on a problem."
    requires_system_checks = ()  # what they complain about shall be diagnosed too

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="a JSON object and nothing else")
        parser.add_argument("--no-send", action="store_true", help="send no test trace")
        parser.add_argument("--wait", type=float, default=40, metavar="SECONDS", help="for the test trace (40)")

    def handle(self, *, json: bool, no_send: bool, wait: float, **options: Any) -> None:
        """Raises SystemExit(1) on a problem."""
        findings = []
        for finding in examine(send=not no_send, wait=wait):
            findings.append(finding)
            if not json:
                self.show(finding)
        count = Counter(finding.state for finding in findings)
        if json:
            self.stdout.write(as_json(findings))
        else:
            self.stdout.write(f"{count[State.PROBLEM]} problems, {count[State.WARNING]} warnings, {count[State.OK]} ok")
        if count[State.PROBLEM]:
            raise SystemExit(1)

    def show(self, finding: Finding) -> None:
        self.stdout.write(printable(str(finding)))
        if finding.todo:
            self.stdout.write(f"{'':20}→ {finding.todo}")


def as_json(findings: list[Finding]) -> str:
    return json.dumps({"findings": [asdict(finding) for finding in findings]}, ensure_ascii=False, indent=2)
