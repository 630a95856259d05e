"""Makes .env out of .env.example, with new secrets: python3 deploy/make_env.py HOST EMAIL

HOST is the name that shoppers use, EMAIL whoever signs in to LangFuse. An .env that is there already is left alone.
"""

import os
import re
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]


def main() -> None:
    if len(sys.argv) != 3 or not re.fullmatch(r"[\w.-]+", sys.argv[1]) or not re.fullmatch(r"\S+@\S+", sys.argv[2]):
        raise SystemExit(__doc__)
    filled = fill((FOLDER / ".env.example").read_text(), *sys.argv[1:])
    try:
        target = os.open(FOLDER / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SystemExit("There is an .env already; new secrets would lock it out of its own data.") from None
    with os.fdopen(target, "w") as out:
        out.write(filled)


def fill(example: str, host: str, email: str) -> str:
    """Each secret is another one: 64 hexadecimal digits, which need no quoting in a URL."""

    def filled(line: str) -> str:
        return line.replace("<host>", host).replace("<email>", email).replace("<secret>", secrets.token_hex(32))

    lines = [line if line.startswith("#") else filled(line) for line in example.splitlines()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
