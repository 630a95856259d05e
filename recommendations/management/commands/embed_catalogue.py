from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommendations.assistant.intent.classifier import read_questions
from recommendations.assistant.intent.meanings import remember_meanings
from recommendations.engine.embeddings import Unavailable, embed_catalogue


class Command(BaseCommand):
    help = (
        "Embeds the products that have no vector yet or other words than when they were embedded, and once the "
        "questions that the intent classifier learns from. The background does the same, bit by bit."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            embedded = embed_catalogue(report=lambda done: self.stderr.write(f"{done:,} products …"))
            self.stdout.write(f"{embedded:,} products embedded.")
            questions, _ = read_questions()
            if remember_meanings(questions):
                self.stdout.write(f"{len(questions):,} questions of the intent classifier embedded.")
        except Unavailable as failure:
            raise CommandError(f"Embedding ended: {failure}.") from failure
