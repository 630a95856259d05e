"""The shop's own classifier of reviews, now rather than with the next run of the schedule."""

from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from customers.sentiment.rereading import reread_reviews
from customers.sentiment.training import NEEDED, train


class Command(BaseCommand):
    help = "Train a classifier on the shop's starred reviews, adopt it if it beats VADER, and read all reviews with it."

    def handle(self, *args: Any, **options: Any) -> None:
        progress = partial(self.stderr.write, style_func=str)
        trial = train(progress)
        if trial is None:
            self.stdout.write(
                f"VADER reads the reviews: a classifier needs {NEEDED} of 4 stars or more and of 2 or less."
            )
        elif problem := trial.figures.get("problem"):
            self.stdout.write(f"VADER reads the reviews: {problem}.")
        else:
            for name in ("classifier", "vader"):
                f1, auc = trial.figures[name]["macro_f1"], trial.figures[name]["auc"]
                self.stdout.write(f"{name:<11} macro-F1 {f1['value']:.3f}  AUC {auc['value']:.3f}  on reviews held out")
            self.stdout.write(f"{trial} is adopted." if trial.adopted else "It is not better than VADER, which stays.")
        self.stdout.write(f"{reread_reviews(progress):,} reviews read again.")
