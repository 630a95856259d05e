"""The engine on a large generated shop: what a fit costs, a request, and the lists of all customers (Linux).

.venv/bin/python -m bench.engine [--rows 1000000] [--customers 100000] [--products 10000] [--only NAMES] [--json FILE]
                                 [--keep FOLDER] [--celery redis://…] [--real DIR …]

The stages, of which --only takes some (with commas); without it all but "real" run:

fit         from rows to an active fit: seconds by stage, and the process's peak memory
scale       the same at a tenth, three tenths, once and three times the rows
dense       EASE, which inverts a matrix of all products, on the same purchases
requests    one customer's candidates, ranking and reasons; similar products and customers; queries
purchase    what a new purchase does to the next request
meanwhile   requests while another process fits, and without
lists       the home pages' lists of all customers, by one process and by two; with --celery by a worker of two
real        the ranking beside the known methods, of the folders that --real names (see manage.py evaluate_engine)

An embedded PostgreSQL in a temporary folder holds the shop; --keep names one that stays, so that stages can be run one
by one. Seconds of the clock depend on what else the machine does: the load is printed, and seconds of the processor.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.apart import measured_apart

STAGES = ("fit", "scale", "dense", "requests", "purchase", "meanwhile", "lists", "real")
SHARES = (0.1, 0.3, 1.0, 3.0)
EASE_RIDGE = 500.0

Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=1200, help="of the lists, each way; then they are broken off")
    parser.add_argument("--only", default=",".join(STAGES[:-1]))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--celery", metavar="BROKER")
    parser.add_argument("--real", type=Path, nargs="+", default=[])
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.only.split(",")) - set(STAGES):
        parser.error(f"there is no stage {', '.join(sorted(unknown))}")
    if options.within:
        return measure(options)
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return measured_apart("bench.engine", options.keep)


def measure(options: argparse.Namespace) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django

    from shopassist import embedded

    embedded.ensure_running(options.within)
    django.setup()
    from shopassist import preparation

    preparation.migrate()
    from bench import serving

    wanted = options.only.split(",")
    stages = {
        "fit": fit,
        "scale": scale,
        "dense": dense,
        "requests": serving.requests,
        "purchase": serving.purchase,
        "meanwhile": serving.meanwhile,
        "lists": serving.lists,
        "real": real,
    }
    shown: Figures = {"rows": options.rows, "customers": options.customers, "products": options.products}
    if set(wanted) - {"real", "scale"}:
        have_shop(options, fitted=bool(set(wanted) & {"requests", "purchase", "meanwhile", "lists"} - {"fit"}))
    for name in STAGES:
        if name not in wanted:
            continue
        load = os.getloadavg()[0]
        shown[name] = {"load average before": round(load, 1), **stages[name](options)}
        print("\n".join(_lines({name: shown[name]})), flush=True)
        if options.json:
            options.json.write_text(json.dumps(shown, indent=1) + "\n")


def have_shop(options: argparse.Namespace, *, fitted: bool) -> None:
    """Of that size, and with a fit where that is asked; what is there already stays."""
    from bench.generated import purchases
    from bench.loading import load
    from customers.models import Purchase
    from recommendations.models import EngineFit

    if Purchase.objects.count() != options.rows:
        load(purchases(options.rows, options.customers, options.products), options.customers)
    if fitted and not EngineFit.objects.active():
        fitting()


def fit(options: argparse.Namespace) -> Figures:
    return fitting()


def scale(options: argparse.Namespace) -> Figures:
    """As many purchases a customer at each size."""
    from bench.generated import purchases
    from bench.loading import load

    shown = {}
    for share in SHARES:
        rows, customers = int(options.rows * share), int(options.customers * share)
        load(purchases(rows, customers, options.products), customers)
        of_size = fitting()
        shown[f"{rows:,} rows"] = {
            name: of_size[name] for name in ("seconds", "CPU seconds", "the database's CPU seconds", "peak MB")
        }
        print("\n".join(_lines({f"scale, {rows:,} rows": shown[f"{rows:,} rows"]})), flush=True)
    return shown


def fitting() -> Figures:
    """One run of the command; its stages are told apart by what it reports."""
    from django.conf import settings

    from shopassist.cluster import cluster

    postmaster = int((cluster(settings.DATA_DIR).data / "postmaster.pid").read_text().split()[0])
    before = _cpu_of_children(postmaster)
    started = time.perf_counter()
    command = subprocess.Popen(
        [sys.executable, "manage.py", "fit_engine"], stderr=subprocess.PIPE, stdout=-3, text=True
    )
    assert command.stderr
    stage, since, cpu = "starting", started, 0.0
    stages: dict[str, str] = {}
    for line in command.stderr:
        now, used = time.perf_counter(), _cpu(command.pid)
        if line.rstrip().endswith("…"):
            stages[stage] = f"{now - since:.1f} s, CPU {used - cpu:.1f} s"
            stage, since, cpu = line.strip(" …\n"), now, used
        backends = _cpu_of_children(postmaster)
    _, status, used_all = os.wait4(command.pid, 0)
    ended, total = time.perf_counter(), used_all.ru_utime + used_all.ru_stime
    stages[stage] = f"{ended - since:.1f} s, CPU {total - cpu:.1f} s"
    if status:
        raise SystemExit("The fit failed.")
    return {
        "seconds": round(ended - started, 1),
        "CPU seconds": round(total, 1),
        "peak MB": round(used_all.ru_maxrss / 1024),
        "the database's CPU seconds": round(max(backends - before, 0), 1),
        "stages": stages,
    }


def dense(options: argparse.Namespace) -> Figures:
    """Reading, then learning, in a process of its own whose peak is looked at."""
    program = f"""
import time, resource, django
django.setup()
from recommendations.engine.comparison.ease import EASE
from recommendations.engine.purchases import Purchases
train = Purchases.of_the_shop()
wall, cpu = time.perf_counter(), time.process_time()
EASE({EASE_RIDGE}).fit(train)
print(time.perf_counter() - wall, time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    seconds, cpu, peak = map(float, out.split())
    return {"seconds": round(seconds, 1), "CPU seconds": round(cpu, 1), "peak MB": round(peak)}


def real(options: argparse.Namespace) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        subprocess.run([sys.executable, "manage.py", "evaluate_engine", *options.real, "--json", file], check=True)
        figures: Figures = json.loads(file.read_text())
    return figures


def _cpu(pid: int) -> float:
    """Seconds that a process has used; 0 of one that is gone."""
    try:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0.0
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _cpu_of_children(pid: int) -> float:
    return sum(_cpu(int(child)) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def _lines(shown: Figures, indent: int = 0) -> Iterator[str]:
    for name, value in shown.items():
        if isinstance(value, dict):
            yield f"{' ' * indent}{name}"
            yield from _lines(value, indent + 2)
        else:
            number = isinstance(value, int | float)
            yield f"{' ' * indent}{name:{60 - indent}}{f'{value:,}' if number else value:>16}"


if __name__ == "__main__":
    main()
