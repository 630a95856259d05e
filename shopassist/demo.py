"""What shows a stranger around: two accounts and one question."""

import secrets

from django.contrib.auth.models import User

from customers.access import create_login
from customers.models import Customer
from recommendations.assistant.ask import QuestionFailed, ask, warm_up
from recommendations.management.commands.ask import answer_lines
from recommendations.models import Recommendation
from tracing.tree import tree_lines

STAFF = "staff"
CUSTOMER_ID = "887"  # of the sample shop; no other customer there has this one's name
QUESTION = "What else would Kenneth Martinez like?"


def demo_customer() -> Customer | None:
    """None in a real shop, where 887 may be anybody."""
    return Customer.objects.filter(external_id=CUSTOMER_ID, is_sample=True).first()


def missing_logins() -> list[tuple[str, str]]:
    """Make those of the two accounts that are missing; username and password of each made."""
    made = []
    if not User.objects.filter(username=STAFF).exists():
        made.append(reset_staff())
    if (customer := demo_customer()) and not customer.user:
        made.append(_customer_login(customer))
    return made


def reset_logins() -> list[tuple[str, str]]:
    """New passwords for both; username and password of each."""
    customer = demo_customer()
    return [reset_staff(), *([_customer_login(customer)] if customer else [])]


def reset_staff() -> tuple[str, str]:
    """A superuser, so that every page of the admin can be seen. Its password is random, and only its hash is kept."""
    password = secrets.token_urlsafe(12)
    user, _ = User.objects.get_or_create(username=STAFF)
    user.is_staff = user.is_superuser = user.is_active = True
    user.set_password(password)
    user.save()
    return STAFF, password


def _customer_login(customer: Customer) -> tuple[str, str]:
    user, password = create_login(customer)
    return user.get_username(), password


def earlier_answer() -> Recommendation | None:
    asked = Recommendation.objects.filter(query=QUESTION, channel="shell", customer=demo_customer())
    return asked.filter(status=Recommendation.Status.ANSWERED).select_related("stored_trace").first()


def train_classifier() -> str:
    warm_up()
    return "trained"


def answer_demo_question() -> Recommendation:
    """Also one that failed: its trace says why."""
    try:
        return ask(QUESTION, channel="shell", customer=demo_customer())
    except QuestionFailed as failure:
        return failure.recommendation


def report(answer: Recommendation) -> list[str]:
    """The question, its answer and the trace as a tree with times."""
    if answer.status == Recommendation.Status.FAILED:
        said = [f"The question failed: {answer.error}"]
    else:
        said = answer_lines(answer)
    trace = tree_lines(answer.stored_trace) if answer.stored_trace else []
    return ["", QUESTION, "", *said, "", *trace, ""]
