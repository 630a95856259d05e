"""What a serving process holds of generated shops that grow: MB of a fit's arrays, and MB resident once it serves.

.venv/bin/python -m bench.memory [--rows 1e5 1e6 3e6]

One customer for every ten purchases, 10,000 products. Linux.
"""

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

PURCHASES_A_CUSTOMER, PRODUCTS = 10, 10_000

Arrays = dict[str, NDArray[Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=float, nargs="+", default=[1e5, 1e6, 3e6])
    anew = multiprocessing.get_context("spawn")
    for rows in parser.parse_args().rows:
        with ProcessPoolExecutor(1, anew) as fitting:
            arrays = fitting.submit(fitted, int(rows)).result()
        with ProcessPoolExecutor(1, anew) as serving:
            before, after = serving.submit(served, arrays).result()
        kept = sum(array.nbytes for array in arrays.values()) / 1e6
        print(f"purchases {rows:,.0f}  arrays {kept:,.0f} MB  resident {after - before:,.0f} MB more", flush=True)


def fitted(rows: int) -> Arrays:
    """The arrays of a model whose blend nobody learnt: that is a few numbers."""
    _set_up()
    import numpy as np

    from bench.generated import purchases as generated
    from recommendations.engine.blend import NAMES
    from recommendations.engine.catalogue import Catalogue
    from recommendations.engine.learning import DEFAULT_RIDGE
    from recommendations.engine.model import Model, tables_of
    from recommendations.engine.purchases import Purchases

    shop = generated(rows, rows // PURCHASES_A_CUSTOMER, PRODUCTS)
    purchases = Purchases.of(*(array.astype("int64") for array in (shop.customer, shop.product, shop.at)))
    tables = tables_of(purchases, Catalogue.unknown(purchases.shape[1]), DEFAULT_RIDGE)
    none = np.zeros(len(NAMES))
    return Model(tables, purchases.customer_pks, purchases.product_pks, none, none, none, False).arrays()


def served(arrays: Arrays) -> tuple[float, float]:
    """MB resident before and after."""
    _set_up()
    from recommendations.engine.model import Model

    before = _resident() - sum(array.nbytes for array in arrays.values()) / 1e6
    model = Model.from_arrays(arrays).warmed()
    assert model.tables.buyers.nnz
    return before, _resident()


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    import django

    django.setup()


if __name__ == "__main__":
    main()
