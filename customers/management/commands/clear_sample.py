from typing import Any

from django.core.management.base import BaseCommand

from customers.sample import clear_sample


class Command(BaseCommand):
    help = "Remove the sample shop, and nothing of a real one."

    def handle(self, **options: Any) -> None:
        removed = clear_sample()
        if not any(removed.values()):
            self.stdout.write("There is no sample shop here.")
            return
        self.stdout.write("Removed " + ", ".join(f"{number:,} {what}" for what, number in removed.items()) + ".")
        self.stdout.write("Now run: manage.py fit_engine")
