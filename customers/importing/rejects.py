"""The file of rows that were not taken, each with its line and the reason.

It has the columns of the file it came from, so that it can be put right and imported as it is.
"""

import csv
import os
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TextIO


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
