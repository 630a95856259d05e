"""From the wish to the receipt."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.access import UnknownCustomer
from customers.importing.rejects import forget_customer
from customers.locks import lock_shop
from customers.models import Customer
from recommendations.erasure.finding import background_traces, find
from recommendations.erasure.removing import remove
from recommendations.models import ErasureReceipt, Recommendation
from tracing.client import LangFuseError
from tracing.forgetting import Subject, forget, quiet_after
from tracing.masking import mask_text, pseudonym
from tracing.models import Trace

PATIENCE = 60.0  # seconds for LangFuse to work off deletions; 10 were seen


class AlreadyErased(Exception):
    """There is no such customer any more, and `receipt` says so."""

    def __init__(self, receipt: ErasureReceipt) -> None:
        super().__init__(f"This customer was erased at {receipt.requested_at:%F %T %Z}.")
        self.receipt = receipt


def erase(customer_id: str, *, by: str, keep_purchases: bool = False) -> ErasureReceipt:
    """Deletes or makes anonymous all rows of the customer, in one transaction with the receipt. LangFuse comes after:
    `complete()`. Raises UnknownCustomer, and AlreadyErased where a receipt is there in place of the customer.
    """
    with transaction.atomic():
        lock_shop()  # an import that is writing comes to its end first
        try:
            customer = (
                Customer.objects.select_for_update(of=("self",)).select_related("user").get(external_id=customer_id)
            )
        except Customer.DoesNotExist:
            raise missing(customer_id) from None
        person = find(customer)
        receipt = ErasureReceipt(subject=person.pseudonym, requested_by=by[:150], erased=person.counts())
        scores = [score.pk for score in person.foreign_scores]
        receipt.quiet_at = quiet_after([trace.pk for trace in person.traces], scores)
        receipt.wanted = {
            **person.subject().as_json(),
            "recommendations": [str(answer.pk) for answer in person.recommendations],
        }
        name = customer.name
        remove(person, keep_purchases)
        if not settings.LANGFUSE_ENABLED:
            receipt.state, receipt.wanted = ErasureReceipt.State.DONE, {}
        # Last, but before there is a receipt: what fails here is begun anew, while the name is still known.
        receipt.erased["rows of rejects files"] = forget_customer(customer_id, name)
        receipt.save()
    return receipt


def missing(customer_id: str) -> Exception:
    receipt = ErasureReceipt.objects.filter(subject=pseudonym(customer_id)).first()
    return (
        AlreadyErased(receipt)
        if receipt
        else UnknownCustomer(f"There is no customer with the id {customer_id[:64]!r}.")
    )


def complete(receipt: ErasureReceipt, patience: float = PATIENCE) -> ErasureReceipt:
    """Deletes at LangFuse and asks again until it shows nothing; notes on the receipt how far that came."""
    if receipt.state == ErasureReceipt.State.DONE:
        return receipt
    subject = forget_latecomers(receipt)
    receipt.asked_at, receipt.error = timezone.now(), ""
    try:
        deleted, left = forget(subject, patience, receipt.quiet_at)
    except LangFuseError as error:
        receipt.error = mask_text(str(error))
        receipt.wanted = receipt.wanted | {"traces": subject.traces}
    else:
        receipt.asked_at = timezone.now()
        receipt.deleted = {**receipt.deleted, **{kind: n + receipt.deleted.get(kind, 0) for kind, n in deleted.items()}}
        receipt.left = dict(left)
        if not left:
            receipt.state, receipt.wanted = ErasureReceipt.State.DONE, {}
    receipt.save()
    return receipt


def forget_latecomers(receipt: ErasureReceipt) -> Subject:
    """Deletes traces of work that was under way when the rows went, and gives what to look for at LangFuse."""
    wanted = dict(receipt.wanted)
    answers = list(Recommendation.objects.filter(pk__in=wanted.pop("recommendations")))
    subject = Subject(**wanted)
    with transaction.atomic():
        late = list(Trace.objects.filter(user_pseudonym=subject.user)) + list(background_traces(answers, []))
        if late:
            keys = [trace.pk for trace in late]
            receipt.quiet_at = max(filter(None, (receipt.quiet_at, quiet_after(keys))), default=None)
            subject.traces += [trace.trace_id for trace in late]
            receipt.wanted = receipt.wanted | {"traces": subject.traces}
            receipt.save(update_fields=["quiet_at", "wanted"])
            Trace.objects.filter(pk__in=keys).delete()
    return subject


def complete_all() -> int:
    """Goes on with what is not done yet; gives how many still are not."""
    open_ones = list(ErasureReceipt.objects.filter(state=ErasureReceipt.State.UNDER_WAY))
    return sum(complete(receipt).state != ErasureReceipt.State.DONE for receipt in open_ones)
