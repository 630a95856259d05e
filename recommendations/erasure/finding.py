"""All that is kept of one customer."""

from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet

from customers.models import Customer, Purchase, Review
from recommendations.models import Conversation, HomeList, Rating, Recommendation
from tracing.forgetting import Subject
from tracing.masking import pseudonym
from tracing.models import Observation, OutboxEntry, Score, Trace

BACKGROUND = ("answer_judgement", "review_sentiment")  # traces that read what customers wrote, of no user


@dataclass
class Person:
    """What is of a customer, found when the customer's row was locked. Querysets are asked again when they are used."""

    customer: Customer
    recommendations: list[Recommendation]
    conversations: list[str]
    reviews: list[Review]
    traces: list[Trace]
    foreign_scores: list[Score]
    """Of this customer's ratings of answers to others."""

    @property
    def pseudonym(self) -> str:
        return pseudonym(self.customer.external_id)

    @property
    def rater(self) -> str:
        return Rating.rater_of(self.customer)

    @property
    def login(self) -> User | None:
        """The sign-in that is the customer's alone; staff keep theirs."""
        user = self.customer.user
        return None if user is None or user.is_staff or user.is_superuser else user

    @property
    def ratings(self) -> QuerySet[Rating]:
        return Rating.objects.filter(Q(rater=self.rater) | Q(recommendation__customer=self.customer))

    @property
    def log_entries(self) -> QuerySet[LogEntry]:
        """What the admin's history says of the person and of what was asked: it repeats names and questions."""
        found = Q(pk__in=[])
        objects: list[Model] = [
            self.customer,
            *self.recommendations,
            *self.reviews,
            *([self.login] if self.login else []),
        ]
        for kind, of_kind in by_model(objects).items():
            content_type = ContentType.objects.get_for_model(kind)
            found |= Q(content_type=content_type, object_id__in=[str(one.pk) for one in of_kind])
        return LogEntry.objects.filter(found)

    def sessions(self) -> list[str]:
        """Keys of the sessions in which the person is signed in. Reads all of them, for they are sealed."""
        if not self.login:
            return []
        every = Session.objects.iterator()
        return [one.pk for one in every if one.get_decoded().get("_auth_user_id") == str(self.login.pk)]

    def subject(self) -> Subject:
        """What LangFuse may hold of the person."""
        traces = {trace.trace_id for trace in self.traces} | {answer.trace_id for answer in self.recommendations}
        scores = [str(score.pk) for score in self.foreign_scores]
        return Subject(self.pseudonym, sorted(traces - {""}), self.conversations, scores)

    def counts(self) -> dict[str, int]:
        return {
            "customer": 1,
            "sign-in": int(self.login is not None),
            "sessions": len(self.sessions()),
            "purchases": Purchase.objects.filter(customer=self.customer).count(),
            "reviews": len(self.reviews),
            "recommendations": len(self.recommendations),
            "ratings": self.ratings.count(),
            "conversations": len(self.conversations),
            "home lists": HomeList.objects.filter(customer=self.customer).count(),
            "traces": len(self.traces),
            "observations": Observation.objects.filter(trace__in=self.traces).count(),
            "scores": Score.objects.filter(trace__in=self.traces).count() + len(self.foreign_scores),
            "outbox entries": OutboxEntry.objects.filter(trace__in=self.traces).count(),
            "entries of the admin's history": self.log_entries.count(),
        }


def find(customer: Customer) -> Person:
    recommendations = list(Recommendation.objects.filter(customer=customer))
    conversations = [str(pk) for pk in Conversation.objects.filter(customer=customer).values_list("pk", flat=True)]
    reviews = list(Review.objects.filter(customer=customer))
    person = Person(customer, recommendations, conversations, reviews, [], [])
    traces: dict[int, Trace] = {}
    for found in (
        Trace.objects.filter(user_pseudonym=person.pseudonym),
        Trace.objects.filter(recommendation__customer=customer),  # also from before the key was changed
        Trace.objects.filter(session_id__in=conversations),
        background_traces(recommendations, reviews),
    ):
        traces |= {trace.pk: trace for trace in found}
    person.traces = list(traces.values())
    elsewhere = Rating.objects.filter(rater=person.rater).exclude(recommendation__customer=customer)
    ids = {rating.score_id for rating in elsewhere.select_related("recommendation", "product")}
    person.foreign_scores = list(Score.objects.filter(pk__in=ids))
    return person


def background_traces(recommendations: list[Recommendation], reviews: list[Review]) -> QuerySet[Trace]:
    """Those in which a model judged these answers or read these reviews, maybe beside others' reviews."""
    if not recommendations and not reviews:
        return Trace.objects.none()
    judged = Q(observations__input__recommendation__in=[str(answer.pk) for answer in recommendations])
    read = Q(observations__input__has_any_keys=[review.external_id for review in reviews])
    return Trace.objects.filter(judged | read, name__in=BACKGROUND, observations__position=0)


def by_model(objects: list[Model]) -> dict[type[Model], list[Model]]:
    found: dict[type[Model], list[Model]] = {}
    for one in objects:
        found.setdefault(type(one), []).append(one)
    return found
