"""What there is to do now and then, so that reviews are read as well as they can be."""

from customers.models import SentimentModel
from customers.sentiment.rereading import Progress, reread_reviews, unread_reviews
from customers.sentiment.training import is_due, train


def work_waits() -> bool:
    return is_due() or unread_reviews().exists()


def keep_up(progress: Progress = lambda sentence: None) -> tuple[SentimentModel | None, int]:
    """The trial, if one was due, and how many reviews were read again."""
    return train(progress) if is_due() else None, reread_reviews(progress)
