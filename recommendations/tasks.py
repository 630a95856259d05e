"""What works in the background. A task takes ids and makes one call."""

from celery import shared_task

from customers.models import Customer
from recommendations.assistant.ask import ask
from recommendations.assistant.judge import judge_answers
from recommendations.assistant.review_sentiment import reread_reviews
from recommendations.engine.fitting import fit_engine


@shared_task
def answer_question(query: str, customer_id: int | None = None, top_n: int = 5) -> str:
    """Asks for a customer (our integer key) or for nobody; gives the recommendation's id."""
    customer = None if customer_id is None else Customer.objects.get(pk=customer_id)
    return str(ask(query, channel="task", customer=customer, top_n=top_n).pk)


@shared_task
def refit_engine() -> int:
    """Fits the engine to the purchases of today; gives the fit's id."""
    return fit_engine().pk


@shared_task
def read_reviews() -> int:
    return reread_reviews()


@shared_task
def judge() -> int:
    return judge_answers()
