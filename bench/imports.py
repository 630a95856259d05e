"""What an import costs: rows a second from the command's start to the commit, its parts, and memory.

.venv/bin/python -m bench.imports [--rows N] [--json]

A generated shop's file, with defects and repeats in it, is imported by `manage.py import_shop` into an embedded
PostgreSQL of its own in a temporary folder, then the same file once more; all of it is deleted after.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.apart import measured_apart
from bench.generated import Shop, purchases

CUSTOMERS, PRODUCTS = 100_000, 10_000
REPEATED, DEFECTIVE, CONTRADICTING = 0.01, 0.02, 0.01
HEADER = ["transaction_id", "customer_id", "customer_name", "product_id", "product_name", "product_category",
          "quantity", "price", "purchased_at", "country"]  # fmt: skip
DEFECTS = (
    (0, ""), (3, "x" * 65), (6, "-1"), (6, "two"), (7, "free"), (8, "2024-02-30"), (2, "nul\0"), (8, "2999-01-01")
)  # fmt: skip
COUNTRIES = ("Barbados", "Deutschland", "España", "Türkiye", "日本", "")
NAMES = ("Ann", "Ben", "Chloé", "Dörte", "Émile", "Fatma", "Grace", "Hiroshi", "Ibrahim", "José"), (
    "Lee", "Martinez", "O'Neil", "Müller", "Yılmaz", "Smith", "Nowak", "da Silva", "Tanaka", "Khan")  # fmt: skip
GOODS = ('Lamp, oak, 15"', "Router", "Café press", "Notebook A5", "Wool scarf", "Desk (large)", "Toaster", "Pen")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.within:
        return measure(options.within, options.rows, as_json=options.json)
    return measured_apart("bench.imports")


def measure(folder: Path, rows: int, *, as_json: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django

    from shopassist import embedded
    from shopassist.cluster import cluster

    embedded.ensure_running(folder)
    django.setup()
    from shopassist import preparation

    preparation.migrate()
    file = folder / "purchases.csv"
    write(file, purchases(rows, CUSTOMERS, PRODUCTS))
    postmaster = int((cluster(folder).data / "postmaster.pid").read_text().split()[0])
    shown: dict[str, Any] = {"rows": rows, "load average before": round(os.getloadavg()[0], 2)}
    for turn in ("first import", "second import"):
        shown[turn] = imported(file, postmaster)
    print(json.dumps(shown, indent=2) if as_json else "\n".join(_lines(shown)))


def imported(file: Path, postmaster: int) -> dict[str, Any]:
    """One run of the command, and what the report says of it."""
    from customers.models import ImportRun

    started = time.perf_counter()
    command = subprocess.Popen([sys.executable, "manage.py", "import_shop", "--purchases", file], stdout=-3, stderr=-3)
    watched = _Watched(command.pid, postmaster)
    watched.start()
    status = command.wait()
    seconds = time.perf_counter() - started
    watched.done.set()
    run = ImportRun.objects.latest("started_at")
    if status or run.status != "done":
        raise SystemExit(f"The import failed: {run.error}")
    report = run.report
    return {
        "rows/s": round(report["read"] / seconds),
        "seconds": round(seconds, 1),
        "command's CPU seconds": round(watched.command_cpu, 1),
        "server's CPU seconds": round(watched.server_cpu, 1),
        "command's peak MB": round(watched.command_peak),
        "server's peak MB beside shared buffers": round(watched.server_peak),
        **{part: count for part, count in report.items() if isinstance(count, int | dict)},
    }


class _Watched(threading.Thread):
    """The memory and CPU of the command, and of the server's process that works for it, as far as they are its own."""

    def __init__(self, command: int, postmaster: int) -> None:
        super().__init__(daemon=True)
        self.command, self.done = Path(f"/proc/{command}"), threading.Event()
        self.backends = Path(f"/proc/{postmaster}/task/{postmaster}/children")
        self.command_peak = self.server_peak = self.command_cpu = self.server_cpu = 0.0
        self.before = {pid: _cpu(Path(f"/proc/{pid}")) for pid in self.backends.read_text().split()}

    def run(self) -> None:
        while not self.done.wait(0.1):
            self.command_peak = max(self.command_peak, _megabytes(self.command, "VmHWM"))
            self.command_cpu = max(self.command_cpu, _cpu(self.command))
            backends = {pid: Path(f"/proc/{pid}") for pid in self.backends.read_text().split()}
            self.server_peak = max(self.server_peak, sum(_megabytes(path, "RssAnon") for path in backends.values()))
            used = sum(_cpu(path) - self.before.get(pid, 0) for pid, path in backends.items())
            self.server_cpu = max(self.server_cpu, used)


def _megabytes(process: Path, kind: str) -> float:
    with suppress(OSError):  # it has ended
        lines = (process / "status").read_text().splitlines()
        return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(kind))
    return 0


def _cpu(process: Path) -> float:
    """Seconds, of a process that lives; 0 of one that has ended."""
    with suppress(OSError):
        user, system = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return 0


def write(path: Path, shop: Shop, seed: int = 1) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(shop, random.Random(seed)))


def rows(shop: Shop, chance: random.Random) -> Iterator[list[str]]:
    """The shop's purchases as a file's rows; some are repeated, some contradict others, some are no rows."""
    columns = (shop.customer, shop.product, shop.quantity, shop.price, shop.at)
    for start in range(0, len(shop.customer), 10_000):
        parts = (column[start : start + 10_000].tolist() for column in columns)
        for number, (customer, product, quantity, price, at) in enumerate(zip(*parts, strict=True), start):
            other = chance.random() < CONTRADICTING
            first, last = NAMES[0][customer % 10 ^ other], NAMES[1][customer // 10 % 10]
            row = [
                f"T{number:08}", f"C{customer:06}", f"{first} {last}",
                f"P{product:05}", f"{GOODS[product % len(GOODS)]} {product}{' new' if other else ''}",
                f"Group {shop.group[product]}", str(quantity), f"{price:.2f}", at.isoformat(),
                COUNTRIES[customer % len(COUNTRIES)],
            ]  # fmt: skip
            yield row
            fate = chance.random()
            if fate < REPEATED:
                yield [*row[:6], str(quantity + chance.randrange(2)), *row[7:]]
            elif fate < REPEATED + DEFECTIVE:
                place, text = chance.choice(DEFECTS)
                yield [*row[:place], text, *row[place + 1 :]]


def _lines(shown: dict[str, Any]) -> Iterator[str]:
    for name, value in shown.items():
        if isinstance(value, dict):
            yield f"\n{name}"
            yield from (f"  {line}" for line in _lines(value))
        else:
            yield f"{name:45}{value:>14,}"


if __name__ == "__main__":
    main()
