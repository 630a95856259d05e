from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shopassist.server import serve


class Command(BaseCommand):
    help = "Serve on HOST and PORT, and do nothing else; for a shop that is set up already."

    def handle(self, *args: Any, **options: Any) -> None:
        serve(lambda: self.stdout.write(f"ShopAssist listens on {settings.HOST}:{settings.PORT}."))
