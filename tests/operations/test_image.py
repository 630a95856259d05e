"""The Dockerfile without a Docker: what it says, and that what it copies is enough."""

import json
import re
import shutil
import subprocess
import sys

from django.core.management import get_commands
from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

from tests.operations import compose
from tests.operations.processes import PROJECT


def instructions() -> list[tuple[str, str]]:
    parser = DockerfileParser(fileobj=(PROJECT / "Dockerfile").open("rb"))
    return [(step["instruction"], step["value"]) for step in parser.structure if step["instruction"] != "COMMENT"]


def copied() -> list[str]:
    """From the checkout; the variable that names the lock has its default."""
    lock = dict(value.split("=", 1) for name, value in instructions() if name == "ARG")["LOCK"]
    sources = [value.split()[:-1] for name, value in instructions() if name == "COPY" and "--from" not in value]
    return [source.replace("${LOCK}", lock) for group in sources for source in group]


def test_it_is_pinned_runs_as_nobody_in_particular_and_fetches_only_what_is_hashed():
    steps = instructions()
    assert re.fullmatch(r"PYTHON=python:\d+\.\d+\.\d+-slim-\w+", steps[0][1])
    assert {value.split()[0] for name, value in steps if name == "FROM"} == {"${PYTHON}"}
    (user,) = [value for name, value in steps if name == "USER"]
    assert int(user.split(":")[0]) > 0
    last_stage = steps[max(place for place, step in enumerate(steps) if step[0] == "FROM") :]
    assert not [value for name, value in last_stage[last_stage.index(("USER", user)) :] if name in {"RUN", "COPY"}]
    assert "ADD" not in {name for name, _ in steps}
    runs = " ".join(value for name, value in steps if name == "RUN")
    assert "--require-hashes" in runs
    assert not re.search(r"https?://|curl|wget|apt|git ", runs)


def test_nothing_secret_is_in_a_layer():
    given = " ".join(value for name, value in instructions() if name in {"ARG", "ENV", "LABEL"})
    assert not re.search("SECRET|PASSWORD|TOKEN|_KEY", given)
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == {*copied(), "requirements.lock"}


def test_what_it_copies_is_enough_in_production(tmp_path):
    for source in copied():
        path = PROJECT / source
        if path.is_dir():
            shutil.copytree(path, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, tmp_path / source)
    environment = compose.filled(compose.an_environment())["services"]["web"]["environment"]
    for command in (["check", "--deploy"], ["findstatic", "admin/css/base.css"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=tmp_path, capture_output=True, text=True, check=False,
            env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path / "data"), **environment},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_what_it_starts_exists():
    (command,) = [value for name, value in instructions() if name == "CMD"]
    assert json.loads(command)[:2] == ["python", "manage.py"]
    assert json.loads(command)[2] in get_commands()
