"""Management commands as a shell sees them."""

from io import StringIO
from typing import Any

from django.core.management import call_command


def run(command: str, *arguments: str) -> tuple[Any, str, str]:
    """Exit code, stdout and stderr, the latter two without the space around them."""
    out, err = StringIO(), StringIO()
    code: Any = 0
    try:
        call_command(command, *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue().strip(), err.getvalue().strip()
