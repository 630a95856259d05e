"""What tests of `manage.py doctor` share."""

import pytest

from tests import commands
from tracing.doctor.examination import examine

PROBLEM, WARNING, OK = "problem", "warning", "ok"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr("tracing.doctor.round_trip.PAUSE", 0.01)


def examined(*, send=False, wait=5.0):
    """The findings by their titles, each said once."""
    findings = list(examine(send=send, wait=wait))
    by_title = {finding.title: finding for finding in findings}
    assert len(by_title) == len(findings)
    assert all(finding.todo for finding in findings if finding.state != OK)
    assert not any("\n" in finding.seen + finding.todo for finding in findings)
    return by_title


def run(*arguments):
    """Exit code and stdout."""
    return commands.run("doctor", *arguments)[:2]
