"""One file from first to last: all of it or nothing, and an ImportRun that says which."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from customers.importing.dialects import Dialect, recognise
from customers.importing.merging import Merge
from customers.importing.reading import Row, RowFile
from customers.importing.rejects import Rejects
from customers.importing.staging import stage
from customers.locks import lock_shop
from customers.models import Category, Customer, ImportRun, Product, Purchase, Review
from customers.sentiment import refresh_products
from customers.statistics import refresh_statistics

Progress = Callable[[str], None]
PROGRESS_EVERY = 2.0  # seconds
PARTS = ("reading", "sorting in", "statistics")
WITH_PENDING_LISTS = (
    "product_search",
    "customer_name_trigrams",
)  # of new rows, read whole by each search until sorted in


def import_file(
    kind: str,
    path: Path,
    *,
    rejects: Path | None = None,
    create_products: bool = False,
    is_sample: bool = False,
    progress: Progress = lambda sentence: None,
) -> ImportRun:
    """Read a file of "purchases", "reviews" or "products" into the shop, in one transaction.

    `rejects` is the file for rows that are not taken (default: in the data folder). `create_products`
    lets reviews make products that the shop does not know. `progress` gets a sentence now and then.
    Raises ImportRefused, OSError or django.db.Error; the run is then stored as failed, with the reason.
    """
    shown_path = os.fsencode(path).decode(errors="replace")
    run = ImportRun.objects.create(kind=kind, file=shown_path[-500:])
    times = [time.monotonic()]
    try:
        with transaction.atomic(), Rejects(rejects or settings.DATA_DIR / "rejects" / f"{run.pk}.csv") as refused:
            lock_shop(waiting=lambda: progress("Another import is at work; waiting until it has finished."))
            run.heal_others()
            with RowFile(path) as file:
                dialect = recognise(kind, file.header)
                refused.header = dialect.header
                rows = _Counted(file, progress)
                stage(iter(rows), dialect, refused)
            times.append(time.monotonic())
            if times[-1] - times[0] > PROGRESS_EVERY:
                progress(f"{path.name}: {rows.read:,} rows read, sorting them in.")
            merge = Merge(dialect, refused, is_sample, create_products)
            report = merge.run()
            times.append(time.monotonic())
            _refresh(kind)
            times.append(time.monotonic())
            _finish(run, dialect, refused, {"read": rows.read, **report}, times)
    except BaseException as error:
        run.fail(error)
        raise
    return run


class _Counted:
    """The file's rows, with a word about how far it is every few seconds."""

    def __init__(self, file: RowFile, progress: Progress) -> None:
        self._file, self._progress = file, progress
        self.read = 0

    def __iter__(self) -> Iterator[list[Row]]:
        last = time.monotonic()
        for batch in self._file.batches():
            self.read += len(batch)
            yield batch
            if time.monotonic() - last > PROGRESS_EVERY:
                last = time.monotonic()
                self._progress(f"{self._file.path.name}: {self.read:,} rows read ({self._file.read_part:.0%}).")


def _refresh(kind: str) -> None:
    """What is derived from the rows, and what the planner knows of them."""
    if kind == "reviews":
        refresh_products()
    if kind == "purchases":
        refresh_statistics()
    with connection.cursor() as cursor:
        for model in (Customer, Category, Product, Purchase, Review):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
        for index in WITH_PENDING_LISTS:
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])


def _finish(run: ImportRun, dialect: Dialect, refused: Rejects, report: dict[str, Any], times: list[float]) -> None:
    run.status = ImportRun.Status.DONE
    run.finished_at = timezone.now()
    run.dialect = dialect.name
    run.rejects_file = str(refused.path) if refused.reasons else ""
    run.report = {
        **report,
        "rejected": refused.reasons.total(),
        "reasons": dict(refused.reasons.most_common()),
        "ignored_columns": dialect.ignored,
        "seconds": round(times[-1] - times[0], 2),
        "parts": {part: round(end - start, 2) for part, start, end in zip(PARTS, times, times[1:], strict=False)},
    }
    run.save()
