"""What one observation saw, ready to be read: messages as messages, all else as indented JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from tracing.models import Observation, PromptVersion
from tracing.plain import Json, cut

SHOWN = 20_000  # characters of one text
GIST = 120


@dataclass(frozen=True)
class Text:
    label: str
    text: str


@dataclass(frozen=True)
class Seen:
    """One observation with its prompt and its texts. `facts` are short ones: label, value."""

    observation: Observation
    prompt: PromptVersion | None  # as far as its row is still there
    facts: list[Text]
    texts: list[Text]


def seen_of(observations: Iterable[Observation]) -> list[Seen]:
    """At most one query, for the prompts."""
    observations = list(observations)
    used = {(o.prompt_name, o.prompt_version) for o in observations if o.prompt_name}
    wanted = Q()
    for name, version in used:
        wanted |= Q(prompt__name=name, version=version)
    found = PromptVersion.objects.filter(wanted).select_related("prompt") if used else []
    prompts = {(version.prompt.name, version.version): version for version in found}
    return [_seen(one, prompts.get((one.prompt_name, one.prompt_version or 0))) for one in observations]


def _seen(seen: Observation, prompt: PromptVersion | None) -> Seen:
    facts = [
        ("Model", seen.model),
        ("Parameters", ", ".join(f"{name} {value}" for name, value in seen.model_parameters.items())),
        ("Tokens", ", ".join(f"{name} {number:,}" for name, number in seen.usage.items())),
        ("Cost", f"{seen.cost.normalize():f}" if seen.cost else ""),
        ("Prompt", f"{seen.prompt_name} v{seen.prompt_version}" if seen.prompt_name and not prompt else ""),
        ("Started", f"{seen.started_at:%H:%M:%S.%f} UTC"),
        ("Span", seen.span_id),
    ]
    texts = [
        *_texts("Input", seen.input),
        *_texts("Output", seen.output),
        *_texts("Metadata", seen.metadata),
    ]
    return Seen(seen, prompt, [Text(label, value) for label, value in facts if value], texts)


def _texts(label: str, value: Json) -> list[Text]:
    """A conversation is one text a message."""
    if value in (None, "", {}, []):
        return []
    if isinstance(value, list) and is_conversation(value):
        return [Text(f"{label}: {m['role']}", readable(m["content"])) for m in value if isinstance(m, dict)]
    return [Text(label, readable(value))]


def readable(value: Json) -> str:
    """Text as it is, or indented where it is JSON; cut where it is very long."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            value = json.loads(value)
        except ValueError:
            return cut(str(value), SHOWN)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return cut(text, SHOWN)


def gist(value: Json, length: int = GIST) -> str:
    """In a line: the text, the first text in it, or of a conversation what was said last."""
    while isinstance(value, dict | list) and value:
        if isinstance(value, dict):
            words = next((value[key] for key in ("content", "text") if key in value), None)
            value = words if words else _first(list(value.values()))
        else:
            value = value[-1] if is_conversation(value) else _first(value)
    text = " ".join(str(value).split()) if value not in (None, "", {}, []) else ""
    return text if len(text) <= length else f"{text[:length]}…"


def _first(values: list[Json]) -> Json:
    return next((value for value in values if isinstance(value, str) and value), values[0])


def is_conversation(value: list[Json]) -> bool:
    """Whether these are messages, as chat models take them."""
    return all(isinstance(message, dict) and {"role", "content"} <= message.keys() for message in value)
