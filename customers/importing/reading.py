"""A CSV file as a stream of rows, in bounded memory whatever is in it."""

import csv
import gzip
import io
import os
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

GZIP = b"\x1f\x8b"
LINE_AT_MOST = 2_000_000  # characters; above what all fields at csv's limit of 131,072 could hold


class ImportRefused(Exception):
    """The file cannot be imported. Its text is a sentence that says why."""


@dataclass(frozen=True)
class Row:
    line: int  # of the file, where the row starts, from 1
    cells: list[str]  # what is no UTF-8 is in them as surrogates
    problem: str = ""  # why it is no row, if it is none


class RowFile:
    """Open with `with`. The first row is the header; `rows` are the others, empty lines left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: list[str] = []

    def __enter__(self) -> "RowFile":
        try:
            self._raw = self.path.open("rb")
            self._size = os.fstat(self._raw.fileno()).st_size
            packed = self._raw.peek(2)[:2] == GZIP
        except OSError as error:
            raise ImportRefused(f"{self.path} cannot be read: {error.strerror or error}.") from error
        stream = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        text = io.TextIOWrapper(cast(BinaryIO, stream), "utf-8-sig", errors="surrogateescape", newline="")
        self._rows = _rows(self.path, _Lines(text))
        first = next(self._rows, None)
        if first is None:
            raise ImportRefused(f"{self.path} is empty: it has not even a header.")
        if first.problem:
            raise ImportRefused(f"The header of {self.path} is no CSV: {first.problem}.")
        # Shown in sentences and stored, so nothing may be left in it that is no text.
        self.header = [name.strip().replace("\0", "?").encode(errors="replace").decode() for name in first.cells]
        return self

    def __exit__(self, *error: object) -> None:
        self._raw.close()

    def rows(self) -> Iterator[Row]:
        """Raises ImportRefused where the file breaks off."""
        return self._rows

    @property
    def read_part(self) -> float:
        """How much of the file was read, 0..1."""
        return self._raw.tell() / self._size if self._size else 1.0


class _Lines:
    """The file's lines for `csv`, with those of the current row kept to be read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self.first = 1  # the line where the current row starts

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self._row.append(line)
        return line

    def next_row(self) -> None:
        self.first += len(self._row)
        self._row.clear()

    def give_back(self) -> str:
        """The row's first line; those after it will come again."""
        self._again.extendleft(reversed(self._row[1:]))
        del self._row[1:]
        return self._row[0]

    def _read(self) -> str:
        line = self._file.readline(LINE_AT_MOST)
        if len(line) == LINE_AT_MOST:
            rest = line
            while rest and not rest.endswith("\n"):
                rest = self._file.readline(LINE_AT_MOST)
        return line


def _rows(path: Path, lines: _Lines) -> Iterator[Row]:
    """One row after the other. Where quotes are broken only the line with them is lost, not all to the next quote."""
    reader = csv.reader(lines, strict=True)
    while True:
        lines.next_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            too_long = "field larger" in str(error)
            problem = "a field is too long, or its quote is never closed" if too_long else "its quotes are broken"
            yield Row(lines.first, [lines.give_back()[:1000]], problem)
        except (OSError, EOFError, zlib.error) as error:
            raise ImportRefused(f"{path} breaks off at line {lines.first}: {error}.") from error
        else:
            if cells:
                yield Row(lines.first, cells)
