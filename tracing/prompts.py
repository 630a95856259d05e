"""Prompts: files seed immutable versions, the assistant reads the newest one."""

from pathlib import Path

from django.core.cache import cache
from django.db import transaction

from tracing.models import Prompt, PromptVersion

FOR = 30  # seconds until a new version is used everywhere


def get_prompt(name: str) -> PromptVersion:
    """The newest version, with its prompt. Raises PromptVersion.DoesNotExist for an unknown name."""
    version: PromptVersion | None = cache.get(_key(name))
    if version is None:
        version = PromptVersion.objects.select_related("prompt").filter(prompt__name=name).order_by("-version").first()
        if version is None:
            raise PromptVersion.DoesNotExist(f"There is no prompt {name!r}: its file was not seeded.")
        cache.set(_key(name), version, FOR)
    return version


@transaction.atomic
def seed_prompts(folder: Path) -> list[PromptVersion]:
    """Each NAME.md whose text is not its prompt's newest becomes the next version. Returns the new ones."""
    added = []
    for path in sorted(folder.glob("*.md")):
        Prompt.objects.get_or_create(name=path.stem)
        prompt = Prompt.objects.select_for_update().get(name=path.stem)  # one seeder at a time gives one number
        newest = prompt.versions.order_by("-version").first()
        text = path.read_text(encoding="utf-8").strip()
        if newest is None or newest.text != text:
            number = newest.version + 1 if newest else 1
            added.append(PromptVersion.objects.create(prompt=prompt, version=number, text=text))
        transaction.on_commit(lambda name=path.stem: cache.delete(_key(name)))  # type: ignore[misc]
    return added


def _key(name: str) -> str:
    return f"tracing.prompt.{name}"
