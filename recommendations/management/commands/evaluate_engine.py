"""The engine beside the known methods, on shops whose next purchases are known."""

import json
from collections.abc import Callable, Sequence
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
        parser.add_argument("--seed", type=int, default=0, help="of the held-out customers, the peers, the intervals")

    def handle(self, *args: Any, folder: list[Path], only: str | None, seed: int, **options: Any) -> None:
        results = []
        try:
            splits = [read_split(path) for path in folder]
            with threadpool_limits(1):  # threads of BLAS fight over small systems
                for split in splits:
                    results.append(self._measured(split, only, seed))
        except (ImportRefused, ExtraMissing) as refusal:
            raise CommandError(str(refusal)) from refusal
        if len(results) > 1:
            self.stdout.write(f"\n{ratio_lines(results)}")
        if options["json"]:
            shops = {result.shop: figures(result) for result in results}
            text = json.dumps({"seed": seed, "shops": shops, "ratios": ratios(results)}, indent=1)
            options["json"].write_text(f"{text}\n", encoding="utf-8")

    def _measured(self, split: Split, only: str | None, seed: int) -> ShopResult:
        methods = []
        for method in measure(split, _chosen(only, lambda _: [Ours(split)]), seed):
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


def _chosen(only: str | None, ours: Callable[[int], Sequence[Any]]) -> dict[str, Choices]:
    methods: dict[str, Choices] = {OURS: ours, **PEERS}
    if only is None:
        return methods
    wanted = [name.strip() for name in only.split(",")]
    unknown = [name for name in wanted if name not in methods]
    if unknown:
        raise CommandError(f"There is no method {', '.join(unknown)}; there are {', '.join(methods)}.")
    return {name: methods[name] for name in methods if name in wanted}
