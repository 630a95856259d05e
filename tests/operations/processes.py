"""Processes that tests start, and waiting for what they do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from shopassist.cluster import Cluster

PROJECT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from shopassist import embedded
from shopassist.refusal import Refusal
try:
    embedded.ensure_running(Path(sys.argv[1]))
except Refusal as refusal:
    print(refusal)
    sys.exit(3)
print("up", flush=True)
sys.stdin.read()
"""


def start_holder(data: Path, prefix: Sequence[str] = ()) -> subprocess.Popen[str]:
    """A process that uses the embedded PostgreSQL of this folder until its stdin is closed."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", HOLDER, str(data)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline().strip()
    if not line:
        raise AssertionError(process.communicate()[1])
    return line


def let_go(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def eventually(happened: Callable[[], bool], seconds: float = 30) -> bool:
    give_up = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def has_stopped(here: Cluster) -> bool:
    """It closes its socket first and takes its last file away when all is written."""
    return not here.answers() and not (here.data / "postmaster.pid").exists()
