"""docker-compose.yml as Docker Compose reads it: anchors merged, variables filled in from an environment."""

import re
import runpy
from typing import Any

import yaml

from tests.operations.processes import PROJECT

FILE = PROJECT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<rest>[^}]*))?\})")


class Missing(Exception):
    """What `${NAME:?message}` says."""


def raw() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text()))


def filled(environment: dict[str, str]) -> dict[str, Any]:
    """Raises Missing where a variable that has to be given is not."""
    return dict(_filled(raw(), environment))


def _filled(value: Any, environment: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, environment) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, environment) for inner in value]
    return VARIABLE.sub(lambda match: _variable(match, environment), value) if isinstance(value, str) else value


def _variable(match: re.Match[str], environment: dict[str, str]) -> str:
    if not (name := match["name"]):
        return "$"
    if value := environment.get(name, ""):
        return value
    if match["how"] == ":?":
        raise Missing(f"{name}: {match['rest']}")
    return match["rest"] or ""


def an_environment() -> dict[str, str]:
    """The .env that an operator gets who does as docs/deployment.md says."""
    path = PROJECT / "deploy" / "make_env.py"
    fill = runpy.run_path(str(path))["fill"]
    text = fill((PROJECT / ".env.example").read_text(), "shop.example", "staff@shop.example")
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def variables(text: str) -> set[str]:
    return {match["name"] for match in VARIABLE.finditer(text) if match["name"]}
