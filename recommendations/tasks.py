"""What works in the background. A task takes ids and makes one call."""

import logging
import subprocess
import sys

from celery import shared_task
from django.conf import settings

from customers.models import Customer
from recommendations.assistant.ask import ask
from recommendations.assistant.intent import classifier, meanings
from recommendations.assistant.judge import judge_answers
from recommendations.assistant.review_sentiment import reread_reviews
from recommendations.engine import embeddings
from recommendations.engine.precomputing import begin_lists, make_chunk
from recommendations.erasure import complete_all

EMBEDDING_SECONDS = 90.0  # then the next run goes on: no task holds one of the few threads for hours

logger = logging.getLogger(__name__)


@shared_task
def answer_question(query: str, customer_id: int | None = None, top_n: int = 5) -> str:
    """Asks for a customer (our integer key) or for nobody; gives the recommendation's id."""
    customer = None if customer_id is None else Customer.objects.get(pk=customer_id)
    return str(ask(query, channel="task", customer=customer, top_n=top_n).pk)


@shared_task
def refit_engine() -> None:
    """Fits the engine to the purchases of today, in a process of its own: the threads of this one may be answering
    questions, and what a fit takes in memory goes with its process. Raises CalledProcessError if the fit fails."""
    _in_a_process("fit_engine")


@shared_task
def precompute_lists() -> None:
    """Has the home pages' lists made where the active fit's are not: by workers chunk by chunk, or by a process of its
    own where the worker is in the web process, whose threads answer questions."""
    waiting = begin_lists()
    if not settings.EMBEDDED_WORKER:
        for _ in range(waiting):
            precompute_chunk.delay()
    elif waiting:
        _in_a_process("precompute_lists")


@shared_task
def precompute_chunk() -> int | None:
    return make_chunk()


def _in_a_process(command: str) -> None:
    subprocess.run([sys.executable, settings.BASE_DIR / "manage.py", command, "--quiet", "--yield"], check=True)


@shared_task
def complete_erasures() -> int:
    """Goes on with what LangFuse had not deleted yet; gives how many customers it still shows."""
    return complete_all()


@shared_task
def read_reviews() -> int:
    return reread_reviews()


@shared_task
def judge() -> int:
    return judge_answers()


@shared_task
def embed() -> int:
    """Embeds what is new in the catalogue, and once what the classifier learns from; gives how many products."""
    if not embeddings.available():
        return 0
    try:
        products = embeddings.embed_catalogue(seconds=EMBEDDING_SECONDS)
        if meanings.remember_meanings(classifier.read_questions()[0]):
            classifier.train_anew()  # where the worker is in the web process; others learn it when they start
            logger.info("The intent classifier has learnt from embeddings.")
        return products
    except embeddings.Unavailable as failure:
        logger.warning("What is new goes without embeddings: %s.", failure)
        return 0
