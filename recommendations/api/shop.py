"""What the shop knows of its customers and of what was said about its products."""

from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.utils.urls import replace_query_param

from customers.models import Product
from customers.profile import profile_of
from recommendations.api import schema
from recommendations.api.callers import Caller
from recommendations.api.requests import CustomersQuery, ReviewsQuery, SimilarQuery
from recommendations.api.serializers import (
    CustomerPageSerializer,
    ProfileSerializer,
    ReviewPageSerializer,
    SimilarCustomersSerializer,
)
from recommendations.api.views import ShopView
from recommendations.engine.serving import visit_of
from recommendations.engine.similar import similar_customers

Row = TypeVar("Row", bound=Model)


class Customers(ShopView):
    @extend_schema(
        operation_id="customers",
        summary="The shop's customers, by id",
        parameters=[CustomersQuery],
        responses={200: CustomerPageSerializer, **schema.problems(400, 403)},
    )
    def get(self, request: Request) -> Response:
        wish = _wish(request, CustomersQuery)
        rows = Caller.of(request).customers().order_by("external_id")
        if name := wish.get("name"):
            rows = rows.filter(name__icontains=name)
        if after := wish.get("after"):
            rows = rows.filter(external_id__gt=after)
        page, more = _page(rows, 0, wish["limit"])
        following = {"after": page[-1].external_id} if more else None
        return Response(CustomerPageSerializer({"results": page, "next": _link(request, following)}).data)


class Profile(ShopView):
    @extend_schema(
        operation_id="profile",
        summary="What a customer's purchases say",
        parameters=[schema.CUSTOMER_ID],
        responses={200: ProfileSerializer, **schema.problems(403, 404)},
    )
    def get(self, request: Request, customer_id: str) -> Response:
        return Response(profile_of(Caller.of(request).customer_with(customer_id)).as_json())


class Similar(ShopView):
    @extend_schema(
        operation_id="similar",
        summary="Customers who buy alike",
        description="Names others: for storefronts and staff.",
        parameters=[schema.CUSTOMER_ID, SimilarQuery],
        responses={200: SimilarCustomersSerializer, **schema.problems(400, 403, 404)},
    )
    def get(self, request: Request, customer_id: str) -> Response:
        caller = Caller.of(request)
        if not caller.sees_customers:
            raise PermissionDenied("Other customers' names are not for you to see.")
        wish = _wish(request, SimilarQuery)
        customer = caller.customer_with(customer_id)
        similar = similar_customers(visit_of(customer), wish["limit"])
        return Response(SimilarCustomersSerializer({"customer_id": customer.external_id, "results": similar}).data)


class Reviews(ShopView):
    @extend_schema(
        operation_id="reviews",
        summary="What was said of a product, newest first",
        parameters=[schema.PRODUCT_ID, ReviewsQuery],
        responses={200: ReviewPageSerializer, **schema.problems(400, 404)},
    )
    def get(self, request: Request, product_id: str) -> Response:
        wish = _wish(request, ReviewsQuery)
        product = Product.objects.filter(external_id=product_id).first()
        if product is None:
            raise NotFound("There is no such product.")
        newest_first = product.reviews.order_by(F("reviewed_at").desc(nulls_last=True), "pk")
        page, more = _page(newest_first, wish["offset"], wish["limit"])
        following = {"offset": wish["offset"] + wish["limit"]} if more else None
        body = {
            "product_id": product.external_id,
            "name": product.name,
            "sentiment": product.sentiment,
            "review_count": product.review_count,
            "results": page,
            "next": _link(request, following),
        }
        return Response(ReviewPageSerializer(body).data)


def _wish(request: Request, of: type[Serializer[Any]]) -> dict[str, Any]:
    """The query string, read; raises ValidationError."""
    wish = of(data=request.query_params)
    wish.is_valid(raise_exception=True)
    read: dict[str, Any] = wish.validated_data
    return read


def _page(rows: QuerySet[Row], offset: int, limit: int) -> tuple[list[Row], bool]:
    """The rows, and whether more follow: by looking one row further, as counting a large shop takes seconds."""
    page = list(rows[offset : offset + limit + 1])
    return page[:limit], len(page) > limit


def _link(request: Request, parameters: dict[str, Any] | None) -> str | None:
    if parameters is None:
        return None
    url = request.build_absolute_uri()
    for name, value in parameters.items():
        url = replace_query_param(url, name, value)
    return url
