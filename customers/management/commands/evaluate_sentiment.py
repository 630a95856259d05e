"""How well reviews are read: VADER and the classifier in one run, on files of reviews or the shop's own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.importing import ImportRefused
from customers.sentiment.evaluation import SAMPLES, Starred, across, of_file, of_shop, wins_with_fewer, within
from customers.sentiment.measures import Figure, Figures

FEWER = (15, 25, 50, 100)


class Command(BaseCommand):
    help = (
        "Prints macro-F1, recall of the negative, AUC (with 95 % intervals) and calibration error of VADER as it "
        "comes, VADER as used here, and the classifier. Positive is 4 stars or more, negative 2 or less."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="reviews, as import_shop reads them")
        parser.add_argument("--fewer", action="store_true", help="also say how few reviews a classifier can do with")
        parser.add_argument("--train", type=Path, metavar="FILE", help="train on this file alone, and test on --test")
        parser.add_argument("--test", type=Path, nargs="+", metavar="FILE", help="reviews of other things")

    def handle(
        self, *, files: list[Path], fewer: bool, train: Path | None, test: list[Path] | None, **options: Any
    ) -> None:
        if bool(train) != bool(test) or (train and files):
            raise CommandError("Give files to cross-validate on, or --train FILE with --test FILE, or neither.")
        try:
            if train and test:
                trained_on = of_file(train)
                for path in test:
                    self._print(
                        f"{path.name}, trained on {train.name}", tested := of_file(path), across(trained_on, tested)
                    )
            for starred in [of_file(path) for path in files] or ([] if train else [of_shop()]):
                self._print(f"{starred.name}, cross-validated", starred, within(starred))
                if fewer:
                    self._print_wins(starred)
        except (ImportRefused, ValueError) as error:
            raise CommandError(str(error)) from error

    def _print_wins(self, starred: Starred) -> None:
        for negative in FEWER:
            if negative <= (~starred.positive).sum():
                wins = wins_with_fewer(starred, negative)
                self.stdout.write(f"  with {negative} negative reviews the classifier wins {wins} times of {SAMPLES}")

    def _print(self, title: str, starred: Starred, found: dict[str, Figures]) -> None:
        positive = int(starred.positive.sum())
        self.stdout.write(f"{title}: {positive:,} positive and {len(starred.positive) - positive:,} negative reviews")
        heads = ("macro-F1", "negative recall", "AUC")
        self.stdout.write(f"  {'':<14}" + "".join(f"{head:<22}" for head in heads) + "calibration error")
        for name, figures in found.items():
            columns = (_shown(figures.macro_f1), _shown(figures.negative_recall), _shown(figures.auc))
            line = f"  {name:<14}" + "".join(f"{column:<22}" for column in columns)
            self.stdout.write(line + f"{figures.calibration_error:.3f}")


def _shown(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"
