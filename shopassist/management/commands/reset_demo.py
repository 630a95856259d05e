from typing import Any

from django.core.management.base import BaseCommand

from shopassist.demo import reset_logins


class Command(BaseCommand):
    help = "New passwords for the demo's two accounts, printed this once."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, password in reset_logins():
            self.stdout.write(f"Sign in as {name} with the password {password}")
