"""Columns of a CSV file by their names."""

from collections.abc import Sequence
from pathlib import Path

from customers.importing.reading import ImportRefused, RowFile

Columns = dict[str, list[str]]


def found_file(folder: Path, name: str) -> Path | None:
    """The file itself or packed as .gz."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.exists()), None)


def read_columns(folder: Path, name: str, needed: Sequence[str], optional: Sequence[str] = ()) -> Columns:
    """The columns needed, and of the optional ones those that are there. Raises ImportRefused for a file that is
    missing, broken or empty."""
    path = found_file(folder, name)
    if path is None:
        raise ImportRefused(f"{folder} holds neither {name} nor {name}.gz.")
    with RowFile(path) as file:
        missing = [column for column in needed if column not in file.header]
        if missing:
            raise ImportRefused(f"{path} lacks {', '.join(missing)}; its columns are {', '.join(file.header)}.")
        names = [column for column in (*needed, *optional) if column in file.header]
        columns: Columns = {column: [] for column in names}
        places = [(columns[column], file.header.index(column)) for column in names]
        for row in file.rows():
            if row.problem or len(row.cells) < len(file.header):
                raise ImportRefused(f"{path} line {row.line}: {row.problem or 'fewer cells than the header'}.")
            for column, place in places:
                column.append(row.cells[place])
    if not columns["product_id"]:
        raise ImportRefused(f"{path} has no row.")
    return columns
