"""A measurement in a process of its own, on an embedded PostgreSQL of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measured_apart(module: str, keep: Path | None = None) -> None:
    """Runs the module again with its arguments and `--within FOLDER`: in a process of its own, for the server stops
    with the last process that uses it. The folder is a temporary one unless one is to be kept.
    """
    os.environ.pop("DATABASE_URL", None)
    if keep:
        return _within(keep.absolute(), module)
    with tempfile.TemporaryDirectory(prefix=f"{module.replace('.', '-')}-") as folder:
        try:
            _within(Path(folder), module)
        finally:
            _delete_server(Path(folder))
    return None


def _within(folder: Path, module: str) -> None:
    os.environ["DATA_DIR"] = str(folder)
    command = [sys.executable, "-m", module, *sys.argv[1:], "--within", str(folder)]
    if status := subprocess.run(command, check=False).returncode:
        raise SystemExit(status)


def _delete_server(folder: Path) -> None:
    from shopassist.cluster import cluster

    here = cluster(folder)
    while here.answers():
        time.sleep(0.1)
    shutil.rmtree(here.home, ignore_errors=True)
