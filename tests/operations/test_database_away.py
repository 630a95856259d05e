"""Commands say in a sentence that PostgreSQL does not answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", [["show_trace", "12345678"], ["roll_up"], ["prune_traces", "--older-than", "90d"]])
def test_a_command_without_its_database_says_so(command, tmp_path):
    away = {"DATABASE_URL": "postgres://shop:secret@127.0.0.1:1/shop", "DATA_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=os.environ | away,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr
    assert ended.stderr.startswith("PostgreSQL cannot be used: connection failed")
    assert "manage.py doctor" in ended.stderr
