"""How often the intent classifier is right, on its own questions (cross-validated) and on those kept apart."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from recommendations.assistant.intent.classifier import QUESTIONS, Classifier, read_questions
from recommendations.assistant.intent.evaluation import HELD_OUT, VOICES, Figures, cross_validated, measured
from recommendations.assistant.intent.machines import Numbers
from recommendations.assistant.intent.meanings import meanings_of
from recommendations.engine.embeddings import available


class Command(BaseCommand):
    help = (
        "Prints accuracy and calibration of the intent classifier, cross-validated and on the questions kept apart: "
        "by words alone and, where there is an embedding model, by words and meaning."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self._report("By words alone")
        if available():
            self._report(f"By words and meaning ({settings.EMBEDDING_MODEL})", by_meaning=True)
        else:
            self.stdout.write(f"No embedding model (EMBEDDING_MODEL={settings.EMBEDDING_MODEL}).")

    def _report(self, title: str, *, by_meaning: bool = False) -> None:
        def meanings(asked: list[str]) -> Numbers | None:
            return meanings_of(asked) if by_meaning else None

        self.stdout.write(title)
        questions, labels = read_questions()
        learnt = meanings(questions)
        self._print(
            f"{QUESTIONS.name}, {len(labels)} questions, cross-validated", cross_validated(questions, labels, learnt)
        )
        classifier = Classifier.fit(questions, labels, learnt)
        for path in (HELD_OUT, VOICES):
            asked, wanted = read_questions(path)
            guesses = classifier.guess(asked, meanings(asked))
            self._print(f"{path.name}, {len(wanted)} questions, never trained on", measured(guesses, wanted))

    def _print(self, title: str, figures: Figures) -> None:
        self.stdout.write(f"  {title}")
        self.stdout.write(f"    intents right     {figures.intents:7.1%}")
        self.stdout.write(f"    categories right  {figures.categories:7.1%}  of the informational, intent included")
        self.stdout.write(f"    Brier score       {figures.brier:7.4f}  of the confidence; 0 is perfect, 0.25 a coin")
        self.stdout.write(
            f"    calibration error {figures.calibration_error:7.4f}  mean gap between confidence and accuracy, 10 bins"
        )
