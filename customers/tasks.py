"""What works in the background."""

from celery import shared_task


@shared_task
def keep_sentiment() -> int:
    """Train the shop's classifier where that is due, and read what it, or VADER, has not read; gives how many."""
    from customers.sentiment.rereading import reread_reviews
    from customers.sentiment.training import is_due, train

    if is_due():
        train()
    return reread_reviews()
