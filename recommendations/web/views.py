"""The customers' pages. They work as plain forms and links; htmx only swaps parts of the same pages."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.models import Customer
from recommendations.assistant.ask import QuestionFailed, ask
from recommendations.models import Conversation, Rating, Recommendation, RecommendedProduct
from recommendations.web.answers import AnswerPage, RatingBox
from recommendations.web.forms import QuestionForm, RatingForm
from recommendations.web.limits import attempts, refused
from recommendations.web.pages import for_customers

PAGE_SIZE = 20
WINDOW = 60  # seconds in which a customer may ask settings.WEB_QUESTIONS times
EXAMPLES = (
    "What else would I like?",
    "Something new under 50",
    "What are my favorite categories?",
    "What did I spend last year?",
)


@require_http_methods(["GET", "HEAD", "POST"])
@for_customers
def ask_page(request: HttpRequest, customer: Customer) -> HttpResponse:
    if request.method == "POST" and attempts("ask", str(customer.pk), WINDOW) > settings.WEB_QUESTIONS:
        return refused(request, "ask", WINDOW)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    failure: Recommendation | None = None
    if form.is_valid():
        try:
            return redirect("web:answer", answered(request, customer, form).pk)
        except QuestionFailed as failed:
            failure = failed.recommendation
    context = {
        "customer": customer,
        "form": form,
        "failure": failure,
        "examples": EXAMPLES,
        "latest": with_counts(questions_of(customer))[:3],
    }
    status = 503 if failure else 422 if form.is_bound else 200
    return render(request, "web/ask.html", context, status=status)


@require_safe
@for_customers
def questions(request: HttpRequest, customer: Customer) -> HttpResponse:
    page = Paginator(with_counts(questions_of(customer)), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "web/questions.html", {"customer": customer, "page": page})


@require_safe
@for_customers
def answer(request: HttpRequest, customer: Customer, pk: uuid.UUID) -> HttpResponse:
    recommendation = get_object_or_404(questions_of(customer), pk=pk)
    return answer_page(request, customer, AnswerPage.of(recommendation, customer))


@require_POST
@for_customers
def rate(request: HttpRequest, customer: Customer, pk: uuid.UUID) -> HttpResponse:
    recommendation = get_object_or_404(questions_of(customer), pk=pk, status=Recommendation.Status.ANSWERED)
    form = RatingForm(request.POST)
    if "product" in form.errors:
        raise Http404
    if form.errors:
        return answer_page(request, customer, AnswerPage.of(recommendation, customer, form), status=422)
    rank = None
    if product_id := form.cleaned_data["product"]:
        rank = get_object_or_404(recommendation.products, external_id=product_id).rank
    recommendation.rate(
        rater=Rating.rater_of(customer),
        stars=Decimal(form.cleaned_data["stars"]),
        comment=form.cleaned_data["comment"],
        product_id=product_id,
    )
    anchor = RatingBox("", rank=rank).anchor
    messages.success(request, "Your rating is saved. Thank you.", extra_tags=anchor)
    return redirect(f"{reverse('web:answer', args=[pk])}#{anchor}")


def answered(request: HttpRequest, customer: Customer, form: QuestionForm) -> Recommendation:
    return ask(
        form.cleaned_data["query"],
        channel="web",
        customer=customer,
        user=customer.user,
        top_n=form.cleaned_data["top_n"],
        conversation=conversation_of(request, customer),
    )


def conversation_of(request: HttpRequest, customer: Customer) -> Conversation:
    """Questions of one sign-in belong together."""
    known = request.session.get("conversation")
    conversation = Conversation.objects.filter(pk=known, customer=customer).first() if known else None
    conversation = conversation or Conversation.objects.create(customer=customer)
    request.session["conversation"] = str(conversation.pk)
    return conversation


def questions_of(customer: Customer) -> QuerySet[Recommendation]:
    return Recommendation.objects.filter(customer=customer)


def with_counts(asked: QuerySet[Recommendation]) -> QuerySet[Recommendation]:
    """Each with `found`, its number of products, counted for the rows of one page only."""
    found = RecommendedProduct.objects.filter(recommendation=OuterRef("pk")).order_by().values("recommendation")
    return asked.annotate(
        found=Coalesce(Subquery(found.annotate(number=Count("pk")).values("number"), output_field=IntegerField()), 0)
    )


def answer_page(request: HttpRequest, customer: Customer, shown: AnswerPage, status: int = 200) -> HttpResponse:
    saved = [message.extra_tags for message in messages.get_messages(request)]
    context = {"customer": customer, "shown": shown, "saved": saved, "form": QuestionForm()}
    return render(request, "web/answer.html", context, status=status)
