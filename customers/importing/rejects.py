"""The file of rows that were not taken, each with its line and the reason.

It has the columns of the file it came from, so that it can be put right and imported as it is.
"""

import csv
import os
import re
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
        for row in read:
            if _is_of(people, header, row):
                gone += 1
            else:
                writer.writerow(row)
    os.replace(kept.name, path) if gone else os.unlink(kept.name)
    return gone


def _is_of(people: set[str], header: list[str], row: list[str]) -> bool:
    """By the customer's columns; in a broken row, whose cells do not stand under them, by its text."""
    if len(row) == len(header):
        cells = zip(header, row, strict=True)
        return any(cell.strip() in people for column, cell in cells if "customer" in column.lower())
    text = ",".join(row[2:])  # after its line and the reason
    return any(re.search(rf"(?<!\w){re.escape(person)}(?!\w)", text) for person in people)
