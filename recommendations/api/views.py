"""Questions, their answers, and the ratings of them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from recommendations.api import schema
from recommendations.api.callers import Caller
from recommendations.api.problems import Conflict, TooLarge
from recommendations.api.requests import QuestionRequest, RatingRequest
from recommendations.api.serializers import RatingSerializer, RecommendationSerializer, response_body
from recommendations.assistant.ask import ask
from recommendations.models import Recommendation, RecommendedProduct

MAX_BODY = 64 * 1024


class ShopView(APIView):
    """For known callers only; everyone is counted before anyone is refused."""

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        finally:
            super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """perform_authentication did it."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if len(request.body) > MAX_BODY:
            raise TooLarge

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"  # what is somebody's own stays in no cache between
        return answer


class Recommendations(ShopView):
    @extend_schema(
        operation_id="ask",
        summary="Ask a question",
        description=schema.ASK,
        request=QuestionRequest,
        parameters=schema.ANSWER_HEADERS,
        responses={201: RecommendationSerializer, **schema.problems(400, 403, 404, 409, 413, 415, 503)},
        examples=[*schema.QUESTIONS, schema.ANSWER],
    )
    def post(self, request: Request) -> Response:
        question = QuestionRequest(data=request.data)
        question.is_valid(raise_exception=True)
        wanted = question.validated_data
        caller = Caller.of(request)
        customer = caller.asks_for(wanted.get("customer_id") or "", wanted.get("customer_name") or "")
        answer = ask(
            wanted["query"],
            channel="api",
            customer=customer,
            top_n=wanted["top_n"],
            filters=wanted["filters"],
            user=caller.user,
            key=caller.key,
            conversation=caller.conversation(wanted.get("conversation_id"), customer),
        )
        return Response(
            response_body(answer, include_reasoning=wanted["include_reasoning"]),
            status=201,
            headers={"Location": reverse("api:recommendation", [answer.pk], request=request)},
        )


@extend_schema_view(
    post=extend_schema(deprecated=True, operation_id="ask_personalized", summary="Ask a question, by the old name")
)
class Personalized(Recommendations):
    pass


class OneRecommendation(ShopView):
    @extend_schema(
        operation_id="recommendation",
        summary="An answer that was given",
        responses={200: RecommendationSerializer, **schema.problems(404)},
        examples=[schema.ANSWER],
    )
    def get(self, request: Request, id: UUID) -> Response:
        caller = Caller.of(request)
        answer = _recommendation(caller, id)
        return Response(response_body(answer, rater=caller.rates_as(answer)))


class Ratings(ShopView):
    @extend_schema(
        operation_id="rate",
        summary="Rate an answer or one of its products",
        description=schema.RATE,
        request=RatingRequest,
        responses={
            201: RatingSerializer,
            200: OpenApiResponse(RatingSerializer, "The changed rating, or the same again."),
            **schema.problems(400, 403, 404, 409, 413, 415),
        },
        examples=schema.RATINGS,
    )
    def post(self, request: Request, id: UUID) -> Response:
        caller = Caller.of(request)
        answer = _recommendation(caller, id)
        if not caller.may_rate(answer):
            raise PermissionDenied("Only who asked may rate the answer.")
        wish = RatingRequest(data=request.data)
        wish.is_valid(raise_exception=True)
        if answer.status == Recommendation.Status.FAILED:
            raise Conflict("This question got no answer that could be rated.")
        product_id = wish.validated_data.get("product_id") or ""
        try:
            rating = answer.rate(
                rater=caller.rates_as(answer),
                stars=wish.validated_data["rating"],
                comment=wish.validated_data["comment"],
                product_id=product_id,
            )
        except RecommendedProduct.DoesNotExist:
            raise ValidationError({"product_id": ["This product was not recommended here."]}) from None
        return Response(RatingSerializer(rating).data, status=201 if rating.is_first else 200)


def _recommendation(caller: Caller, pk: UUID) -> Recommendation:
    """Raises NotFound if there is none that the caller may see."""
    mine = caller.recommendations().select_related("customer")
    answer = mine.filter(pk=pk).first()
    if answer is None:
        raise NotFound("There is no such recommendation.")
    return answer
