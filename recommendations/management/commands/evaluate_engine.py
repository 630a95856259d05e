"""The engine beside the known methods, on shops whose next purchases are known."""

import json
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from threadpoolctl import threadpool_limits

from customers.importing.reading import ImportRefused
from recommendations.engine.comparison.extra import ExtraMissing
from recommendations.engine.comparison.measuring import Choices, ShopResult, measure
from recommendations.engine.comparison.ours import Ours
from recommendations.engine.comparison.peers import PEERS
from recommendations.engine.comparison.ratios import ratio_lines, ratios
from recommendations.engine.comparison.report import OURS, figures, table
from recommendations.engine.comparison.shop_files import Split, read_split


class Command(BaseCommand):
    help = (
        "Prints how well the engine and the known methods foretell the next purchases of a shop's test.csv from its "
        "train.csv. Each peer is tuned on customers held out of train. Needs no database and changes nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="+", type=Path, help="train.csv[.gz], test.csv and perhaps products.csv")
        parser.add_argument("--only", metavar="NAMES", help=f"some of these, with commas: {', '.join([OURS, *PEERS])}")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and chosen options there")
        parser.add_argument("--seed", type=_seed, default=0, help="of the held-out customers, the peers, the intervals")

    def handle(self, *args: Any, folder: list[Path], only: str | None, seed: int, **options: Any) -> None:
        names, file = _names(only), options["json"]
        if file and not file.absolute().parent.is_dir():
            raise CommandError(f"There is no folder {file.parent} to write {file.name} to.")
        try:
            splits = [read_split(path) for path in folder]
            if len({split.name for split in splits}) < len(splits):
                raise CommandError("Two of the folders have the same name.")
            with threadpool_limits(1):  # threads of BLAS fight over small systems
                results = [self._measured(split, names, seed) for split in splits]
        except (ImportRefused, ExtraMissing) as refusal:
            raise CommandError(str(refusal)) from refusal
        if len(results) > 1:
            self.stdout.write(f"\n{ratio_lines(results)}")
        if file:
            shops = {result.shop: figures(result) for result in results}
            text = json.dumps({"seed": seed, "shops": shops, "ratios": ratios(results)}, indent=1)
            file.write_text(f"{text}\n", encoding="utf-8")

    def _measured(self, split: Split, names: Sequence[str], seed: int) -> ShopResult:
        choices: dict[str, Choices] = {OURS: lambda _: [Ours(split)], **PEERS}
        methods = []
        for method in measure(split, {name: choices[name] for name in names}, seed):
            self.stderr.write(f"{split.name}: {method.options}, tuned in {method.tuning_seconds:.1f} s")
            methods.append(method)
        result = ShopResult(split.name, methods, seed)
        customers, products = split.train.shape
        self.stdout.write(
            f"\n{split.name}: {len(split.customers):,} customers tested; in train {customers:,} customers, "
            f"{products:,} products, {len(split.train.customer):,} purchases"
        )
        self.stdout.write(table(result))
        return result


def _names(only: str | None) -> list[str]:
    """In the order of the table."""
    names = [OURS, *PEERS]
    wanted = names if only is None else [name.strip() for name in only.split(",")]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise CommandError(f"There is no method {', '.join(unknown)}; there are {', '.join(names)}.")
    return [name for name in names if name in wanted]


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError("a seed is a number from 0 on")
    return int(text)
