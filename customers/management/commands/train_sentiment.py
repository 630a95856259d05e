"""The shop's own classifier of reviews, now rather than with the next run of the schedule."""

import os
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from customers.models import SentimentModel
from customers.sentiment.rereading import reread_reviews
from customers.sentiment.training import NEEDED, train
from customers.sentiment.upkeep import keep_up

NICENESS = 10


class Command(BaseCommand):
    help = "Train a classifier on the shop's starred reviews, adopt it if it beats VADER, and read all reviews with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-due", action="store_true", help="Train only if the shop has many more or less stars.")
        parser.add_argument("--yield", dest="yields", action="store_true", help="Let other processes go first.")

    def handle(self, *args: Any, if_due: bool, yields: bool, **options: Any) -> None:
        if yields:
            os.nice(NICENESS)
        progress = partial(self.stderr.write, style_func=str)
        if if_due:
            trial, read = keep_up(progress)
        else:
            trial, read = train(progress), reread_reviews(progress)
        if trial:
            self._print(trial)
        elif not if_due:
            self.stdout.write(
                f"VADER reads the reviews: a classifier needs {NEEDED} of 4 stars or more and of 2 or less."
            )
        self.stdout.write(f"{read:,} reviews read again.")

    def _print(self, trial: SentimentModel) -> None:
        if problem := trial.figures.get("problem"):
            self.stdout.write(f"VADER reads the reviews: {problem}.")
            return
        for name in ("classifier", "vader"):
            f1, auc = trial.figures[name]["macro_f1"], trial.figures[name]["auc"]
            self.stdout.write(f"{name:<11} macro-F1 {f1['value']:.3f}  AUC {auc['value']:.3f}  on reviews held out")
        self.stdout.write(f"{trial} is adopted." if trial.adopted else "It is not better than VADER, which stays.")
