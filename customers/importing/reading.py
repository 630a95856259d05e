"""A CSV file as a stream of rows, in bounded memory whatever is in it."""

import csv
import gzip
import io
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO, cast

GZIP = b"\x1f\x8b"
BLOCK = 25_000  # characters that are read at once
LINE_AT_MOST = 2_000_000  # characters; above what all fields at csv's limit of 131,072 could hold


class Row(NamedTuple):
    line: int  # of the file, where the row starts, from 1
    cells: list[str]  # what is no UTF-8 is in them as surrogates
    problem: str = ""  # why it is no row, if it is none


class ImportRefused(Exception):
    """The file cannot be imported. Its text is a sentence that says why."""


class RowFile:
    """Open with `with`. The first row is the header; `batches` has the others, empty lines left out."""

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
        self._lines = _Lines(text)
        [first] = next(self._read(_Lines.next_row), [None])
        if first is None:
            raise ImportRefused(f"{self.path} is empty: it has not even a header.")
        if first.problem:
            raise ImportRefused(f"The header of {self.path} is no CSV: {first.problem}.")
        # Shown in sentences and stored, so nothing may be left in it that is no text.
        self.header = [name.strip().replace("\0", "?").encode(errors="replace").decode() for name in first.cells]
        return self

    def __exit__(self, *error: object) -> None:
        self._raw.close()

    def batches(self) -> Iterator[list[Row]]:
        """The rows, some at a time. Raises ImportRefused where the file breaks off."""
        return self._read(_Lines.rows)

    def rows(self) -> Iterator[Row]:
        return chain.from_iterable(self.batches())

    def _read(self, read: Callable[["_Lines"], list[Row]]) -> Iterator[list[Row]]:
        try:
            while self._lines.fill():
                if rows := read(self._lines):
                    yield rows
        except (OSError, EOFError, zlib.error) as error:
            raise ImportRefused(f"{self.path} breaks off at line {self._lines.first}: {error}.") from error

    @property
    def read_part(self) -> float:
        """How much of the file was read, 0..1."""
        return self._raw.tell() / self._size if self._size else 1.0


class _Lines:
    """The file's lines, as an iterator for `csv`."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self._row: list[str] = []  # the current row's, to be read again if it is none
        self.first = 1  # the line where the current row starts

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if not self.fill():
            raise StopIteration
        self._row.append(self._ahead.popleft())
        return self._row[-1]

    def fill(self) -> bool:
        """Whether there is a line ahead."""
        if not self._ahead:
            end = self._file.read(BLOCK)
            block, end = end, self._file.readline(LINE_AT_MOST)
            self._ahead.extend(io.StringIO(block + end, newline=""))
            while len(end) == LINE_AT_MOST and not end.endswith("\n"):
                end = self._file.readline(LINE_AT_MOST)
        return bool(self._ahead)

    def rows(self) -> list[Row]:
        """Those of the lines ahead, up to one that is none or goes on after them; this one alone if it is the first."""
        reader, rows, used = csv.reader(self._ahead, strict=True), [], 0
        try:
            for cells in reader:
                if cells:
                    rows.append(Row(self.first + used, cells))
                used = reader.line_num
        except csv.Error:
            if not used:
                return self.next_row()
        self.first += used
        self._ahead = deque(islice(self._ahead, used, None))
        return rows

    def next_row(self) -> list[Row]:
        """One, or none if it is empty. Where quotes are broken only the line with them is lost."""
        self._row = []
        try:
            cells, problem = next(csv.reader(self, strict=True)), ""
        except csv.Error as error:
            too_long = "field larger" in str(error)
            problem = "a field is too long, or its quote is never closed" if too_long else "its quotes are broken"
            self._ahead.extendleft(reversed(self._row[1:]))
            del self._row[1:]
            cells = [self._row[0][:1000]]
        line = self.first
        self.first += len(self._row)
        return [Row(line, cells, problem)] if cells else []
