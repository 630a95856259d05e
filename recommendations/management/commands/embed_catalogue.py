from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommendations.engine.embeddings import Unavailable, embed_catalogue


class Command(BaseCommand):
    help = "Embeds the products that have no vector yet or other words than when they were embedded."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            embedded = embed_catalogue(report=lambda done: self.stderr.write(f"{done:,} products …"))
        except Unavailable as failure:
            raise CommandError(f"The products cannot be embedded: {failure}.") from failure
        self.stdout.write(f"{embedded:,} products embedded.")
