"""How often the intent classifier is right, on its own questions (cross-validated) and on those of others."""

from typing import Any

import numpy as np
from django.core.management.base import BaseCommand

from recommendations.assistant.intent.classifier import QUESTIONS, Classifier, read_questions
from recommendations.assistant.intent.evaluation import HELD_OUT, Figures, cross_validated, measured


class Command(BaseCommand):
    help = "Prints accuracy and calibration of the intent classifier, cross-validated and on the questions kept apart."

    def handle(self, *args: Any, **options: Any) -> None:
        questions, labels = read_questions()
        held_out, wanted = read_questions(HELD_OUT)
        self._print(f"{QUESTIONS.name}, {len(labels)} questions, cross-validated", cross_validated(questions, labels))
        guesses = Classifier.fit(questions, labels).guess(held_out)
        self._print(
            f"{HELD_OUT.name}, {len(wanted)} questions, never trained on", measured(guesses, np.asarray(wanted))
        )

    def _print(self, title: str, figures: Figures) -> None:
        self.stdout.write(title)
        self.stdout.write(f"  intents right     {figures.intents:7.1%}")
        self.stdout.write(f"  categories right  {figures.categories:7.1%}  of the informational ones, intent included")
        self.stdout.write(f"  Brier score       {figures.brier:7.4f}  of the confidence; 0 is perfect, 0.25 a coin")
        self.stdout.write(
            f"  calibration error {figures.calibration_error:7.4f}  mean gap between confidence and accuracy, 10 bins"
        )
