"""The lines that docs/troubleshooting.md shows are those that the commands say."""

import ast
import re
from pathlib import Path

import pytest

from tracing.management.commands.verify_delivery import TODO
from tracing.verification.differences import Kind

ROOT = Path(__file__).parents[1]
PARTS = re.split(r"^```(\w*)$", (ROOT / "docs" / "troubleshooting.md").read_text(), flags=re.MULTILINE)
SHOWN = [PARTS[i + 1] for i in range(1, len(PARTS), 4) if not PARTS[i]]  # blocks without a language
LINES = [line for block in SHOWN for line in block.splitlines()]
FINDINGS = [line for line in LINES if re.match("(ok|warning|problem) ", line)]
TODOS = [line.partition("→ ")[2] for line in LINES if "→ " in line]


def said():
    """Every text in the doctor's code; of one with values in it, the part before the first."""
    texts = set()
    for path in [*(ROOT / "tracing" / "doctor").glob("*.py"), ROOT / "shopassist" / "doctor.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            first = node.values[0] if isinstance(node, ast.JoinedStr) else node
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                texts.add(first.value)
    return texts


SAID = said()


@pytest.mark.parametrize("line", FINDINGS)
def test_each_finding_that_is_shown_is_one_of_the_doctors(line):
    state, area, text = line.split(maxsplit=2)
    assert {state, area} <= SAID
    assert text.partition(": ")[0] in SAID


@pytest.mark.parametrize("todo", TODOS)
def test_what_to_do_is_what_the_commands_say(todo):
    beginnings = {text for text in SAID if len(text) > 10} | set(TODO.values())
    assert any(todo.startswith(beginning) for beginning in beginnings)
    if todo in TODO.values() or todo in SAID:
        return
    assert re.search(r"\d|example", todo)  # shortened where a value stands


@pytest.mark.parametrize("line", [line for line in LINES if re.match(r"[a-z]+ [a-z]+ +\d+$", line)])
def test_each_difference_that_is_shown_is_one_of_verify_deliverys(line):
    kind, number = re.fullmatch(r"(.*?) +(\d+)", line).groups()
    assert f"{Kind(kind):19}{number}" == line


def test_each_symptom_has_a_line():
    assert len(FINDINGS) > 25
    assert {"missing trace", "missing generation", "missing session", "zero tokens", "two roots", "missing score"} <= {
        line.rstrip(" 0123456789") for line in LINES
    }
