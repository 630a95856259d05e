"""What works in the background."""

import subprocess
import sys

from celery import shared_task
from django.conf import settings

from customers.sentiment.upkeep import work_waits


@shared_task
def keep_sentiment() -> None:
    """Trains the classifier of reviews where that is due, and has it read what it has not read: in a process of its
    own, as the threads of this one may be answering questions. Two or three queries where there is nothing to do.
    Raises CalledProcessError if that fails."""
    if work_waits():
        subprocess.run(
            [sys.executable, settings.BASE_DIR / "manage.py", "train_sentiment", "--if-due", "--yield"], check=True
        )
