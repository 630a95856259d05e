"""What Spark does of a fit, on generated shops that grow: seconds, and the peak memory of each kind of process (Linux).

.venv/bin/python -m bench.spark [--master 'local[2]'] [--rows 1e6 3e6 10e6] [--here] [--json FILE]

One customer for every ten purchases, 10,000 products. `--here` does the same without Spark, for comparison.
"""

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event, Thread
from typing import Any

PURCHASES_A_CUSTOMER, PRODUCTS = 10, 10_000
EVERY = 0.2  # seconds that memory is looked at

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--rows", type=float, nargs="+", default=[1e6, 3e6, 10e6])
    parser.add_argument("--here", action="store_true", help="without Spark")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measured = []
    for rows in options.rows:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as anew:
            master = None if options.here else options.master
            figures = anew.submit(measure, int(rows), master).result()
        print("  ".join(f"{name} {figure:,.0f}" for name, figure in figures.items()), flush=True)
        measured.append(figures)
        if options.json:
            options.json.write_text(json.dumps(measured, indent=1))


def measure(rows: int, master: str | None) -> Figures:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django

    django.setup()
    from bench.generated import purchases as generated
    from recommendations.engine.choosing import RIDGES
    from recommendations.engine.counting import HERE
    from recommendations.engine.purchases import Purchases
    from recommendations.engine.spark import counting_on

    shop = generated(rows, rows // PURCHASES_A_CUSTOMER, PRODUCTS)
    purchases = Purchases.of(*(array.astype("int64") for array in (shop.customer, shop.product, shop.at)))
    del shop
    figures: Figures = {"purchases": rows}
    with peaks() as megabytes, counting_on(master) if master else nullcontext(HERE) as counting:
        together = timed(figures, "counting s", lambda: counting.count_together(purchases.bought))
        timed(figures, f"{len(RIDGES)} ridges s", lambda: counting.item_weights(together, RIDGES))
        timed(figures, "transitions s", lambda: counting.transition_table(purchases))
    return figures | megabytes


def timed(figures: Figures, name: str, work: Callable[[], Any]) -> Any:
    started = time.monotonic()
    result = work()
    figures[name] = round(time.monotonic() - started, 1)
    return result


@contextmanager
def peaks() -> Iterator[Figures]:
    """The largest resident memory so far, in MB, of this process, Spark's Java and one of its Python workers."""
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak from before
    megabytes: Figures = {}
    over = Event()

    def look() -> None:
        while not over.wait(EVERY):
            for name, kilobytes in processes():
                megabytes[name] = max(megabytes.get(name, 0), round(kilobytes / 1024))

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield megabytes
    finally:
        over.set()
        watcher.join()


def processes() -> Iterator[tuple[str, int]]:
    """This one and its descendants, with their peak in kB."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(
                line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line
            )
            words = (folder / "cmdline").read_text().split("\0")
        except OSError:  # it has ended
            continue
        if "VmHWM" in status:
            found[int(folder.name)] = (int(status["PPid"]), words, int(status["VmHWM"].split()[0]))
    family = {os.getpid()}
    while grown := {pid for pid, (parent, *_) in found.items() if parent in family} - family:
        family |= grown
    for pid in family & found.keys():
        _, words, peak = found[pid]
        if pid == os.getpid():
            yield "driver MB", peak
        elif "pyspark.daemon" in words:
            yield "worker MB", peak
        elif words[0].endswith("java"):
            yield "java MB", peak


if __name__ == "__main__":
    main()
