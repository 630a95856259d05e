"""The file of rows that were not taken, each with its line and the reason.

It has the columns of the file it came from, so that it can be put right and imported as it is.
"""

import csv
import os
import tempfile
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from customers.models import ImportRun


class Rejects:
    """Made with the first reject; none, no file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reasons: Counter[str] = Counter()
        self.header: tuple[str, ...] = ()
        self._file: TextIO | None = None

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file:
            self._file.close()

    def add(self, line: int, reason: str, cells: list[str]) -> None:
        if self._file is None:
            self._file = self._open()
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "reason", *self.header])
        self.reasons[reason] += 1
        self._writer.writerow([line, reason, *cells])

    def _open(self) -> TextIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it has customers' names in it
        return os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="")


def forget_customer(customer_id: str, name: str) -> int:
    """Takes the rows of this customer, or of this customer's name, out of all rejects files; gives how many."""
    runs = ImportRun.objects.exclude(rejects_file="").values_list("rejects_file", flat=True)
    return sum(_forget(Path(path), {customer_id, name} - {""}) for path in sorted(set(runs)) if os.path.exists(path))


def _forget(path: Path, people: set[str]) -> int:
    """The file is replaced as a whole, so that whoever reads it just now sees it as it was."""
    gone = 0
    text: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, **text) as kept, open(path, **text) as rows:
        writer, read = csv.writer(kept), csv.reader(rows)
        header = next(read, [])
        writer.writerow(header)
        whose = [at for at, column in enumerate(header) if "customer" in column.lower()]
        for row in read:
            if any(row[at].strip() in people for at in whose if at < len(row)):
                gone += 1
            else:
                writer.writerow(row)
    os.replace(kept.name, path) if gone else os.unlink(kept.name)
    return gone
