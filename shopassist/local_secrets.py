"""Secrets of an installation that was given none: made once into .data/secrets.env."""

import os
import secrets
import tempfile
from pathlib import Path

from shopassist.refusal import Refusal

NAMES = ("SECRET_KEY", "PSEUDONYM_KEY", "DATABASE_PASSWORD", "DATABASE_ADMIN_PASSWORD")


def local_secrets(data: Path) -> dict[str, str]:
    """Name to value. Two processes that start at once agree on what the first one wrote."""
    path = data / "secrets.env"
    try:
        if not path.exists():
            _make(path)
        lines = path.read_text().splitlines()
    except OSError as error:
        raise Refusal(
            f"The secrets in {path} cannot be read or made ({error.strerror}); "
            "run ShopAssist as the user who owns this folder."
        ) from error
    known = dict(line.split("=", 1) for line in lines if "=" in line)
    if missing := [name for name in NAMES if not known.get(name)]:
        raise Refusal(f"{path} has lost {', '.join(missing)}; put the former file back.")
    return known


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # 0600 from the start
    try:
        with os.fdopen(handle, "w") as out:
            out.writelines(f"{name}={secrets.token_urlsafe(48)}\n" for name in NAMES)
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first, and its secrets count
    finally:
        os.unlink(draft)
