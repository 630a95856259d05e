"""What the README promises is there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_setting_stands_in_the_readme():
    settings = (ROOT / "shopassist" / "settings.py").read_text()
    read = re.findall(r'env\.\w+\(\s*((?:"[A-Z_]+"(?:, )?)+)|[= ]secret\("([A-Z_]+)"', settings)
    names = {name for found in read for name in re.findall(r"[A-Z_]{4,}", " ".join(found))}
    assert len(names) > 40
    assert {name for name in names if f"`{name}`" not in README} == set()


def test_every_setting_of_the_readme_is_read():
    settings = (ROOT / "shopassist" / "settings.py").read_text()
    table = README[README.index("| setting |") : README.index("## Developing")]
    names = {name for row in table.strip().splitlines() for name in re.findall(r"`([A-Z_]{4,})`", row.split("|")[1])}
    assert {name for name in names if f'"{name}"' not in settings} == set()


def test_every_command_of_the_documents_exists():
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"^(?:`|\w+=\w+ |)*make ([a-z-]+)|`make ([a-z-]+)`", text, flags=re.MULTILINE)):
        assert re.search(rf"^{''.join(target)}:", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_within_the_project_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)#]+)", path.read_text()):
        assert link.startswith("https://") or (path.parent / link).exists(), link
