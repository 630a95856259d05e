"""Other processes that take part, ended with the block that starts them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running(*command: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Python with these arguments."""
    process = subprocess.Popen(
        [sys.executable, *command], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    if not (line := process.stdout.readline().strip()):
        raise SystemExit(f"{process.args!r} ended.")
    return line
