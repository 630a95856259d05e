"""What the OpenAPI document says beyond what the code shows: words, examples, problems, the key."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from recommendations.api.problems import CONTENT_TYPE, KINDS
from recommendations.api.serializers import ProblemSerializer

ASK = """
Answers a question in the shopper's own words with products of the shop, or with facts of the customer's purchases.

The customer is named by `customer_id` or `customer_name`; a storefront may leave out both, and a signed-in customer
asks for themselves. A name that several customers bear is answered 409 with all of them as `candidates`.
The answer is kept under its `id`, and all that led to it under its `trace_id`.
""".strip()
RATE = """
Stars and a comment for the whole answer or, with `product_id`, for one of its products. Rating again changes the
rating and keeps the former one as history; it speaks for the answer's customer, or for the caller where nobody in
particular was asked about.
""".strip()
QUESTIONS = [
    OpenApiExample(
        "For a customer",
        value={"query": "What else would go with my router?", "customer_id": "887", "top_n": 5},
        request_only=True,
    ),
    OpenApiExample(
        "For nobody in particular, with limits",
        value={"query": "a toaster under 50", "filters": {"max_price": "50.00", "exclude_brands": ["Acme"]}},
        request_only=True,
    ),
    OpenApiExample(
        "A fact",
        value={"query": "What did I spend on electronics in March?", "customer_name": "Kenneth Martinez"},
        request_only=True,
    ),
]
PROFILE = {
    "customer_id": "887",
    "name": "Kenneth Martinez",
    "total_purchases": 1,
    "total_quantity": 1,
    "total_spent": "64.59",
    "average_price": "64.59",
    "favorite_categories": [{"category": "Electronics", "purchases": 1, "quantity": 1, "spent": "64.59"}],
    "price_segment": "mid-range",
    "purchases_per_month": None,
    "first_purchase_at": "2026-02-06T10:55:00+00:00",
    "last_purchase_at": "2026-02-06T10:55:00+00:00",
    "days_since_last_purchase": 23,
    "rfm_segment": "new",
    "recent_purchases": [
        {
            "product_id": "71477",
            "name": "Router",
            "category": "Electronics",
            "quantity": 1,
            "price": "64.59",
            "purchased_at": "2026-02-06T10:55:00+00:00",
        }
    ],
    "confidence": 0.167,
}
ANSWER = OpenApiExample(
    "An answer",
    value={
        "id": "0b6f6c0e-2d2b-4f0e-9f0c-3d4f9b2f1a77",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "trace_url": None,
        "conversation_id": "6d1f4a52-8a0e-4c55-a3e5-5b7e7f0f3c11",
        "created_at": "2026-03-01T12:00:00Z",
        "status": "answered",
        "query": "What else would go with my router?",
        "intent": "recommendation",
        "intent_category": "",
        "intent_confidence": 0.97,
        "customer_id": "887",
        "customer_profile": PROFILE,
        "constraints": {},
        "recommendations": [
            {
                "rank": 1,
                "product_id": "85123A",
                "name": "Cable",
                "category": "Electronics",
                "price": "9.50",
                "score": 1.036,
                "parts": {"co-purchase": 1.0, "reviews": 0.036},
                "reason": "Bought by 12 customers who also bought your Router",
                "reasons": [
                    {
                        "kind": "bought_together",
                        "text": "Bought by 12 customers who also bought your Router",
                        "customers": 12,
                        "product_id": "71477",
                        "product": "Router",
                    }
                ],
                "similar_customer_count": 0,
                "sentiment": 0.86,
                "source": "co-purchase",
            }
        ],
        "reasoning": "Going by what you bought, these fit: Cable ($9.50).",
        "confidence_score": 0.21,
        "processing_time_ms": 48.2,
        "similar_customers_analyzed": 20,
        "products_considered": 300,
        "products_filtered_by_sentiment": 2,
        "strategy": "personal",
        "agent_execution_order": [
            "intent_classifier",
            "customer_profiling",
            "similar_customers",
            "candidate_search",
            "review_filtering",
            "recommendation",
            "response_generation",
        ],
        "model": "embedded-composer",
        "fallbacks": [],
        "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
        "cost": "0.00000000",
        "currency": "USD",
        "ratings": [],
    },
    response_only=True,
    status_codes=["200", "201"],
)
RATINGS = [
    OpenApiExample("The whole", value={"rating": 4.5, "comment": "Just what I needed."}, request_only=True),
    OpenApiExample("One product", value={"rating": 2, "product_id": "85123A"}, request_only=True),
]
CUSTOMER_ID = OpenApiParameter("customer_id", str, OpenApiParameter.PATH, description="The shop's own id, escaped.")
PRODUCT_ID = OpenApiParameter("product_id", str, OpenApiParameter.PATH, description="The shop's own id, escaped.")
ANSWER_HEADERS = [
    OpenApiParameter("Location", str, OpenApiParameter.HEADER, description="Of the answer.", response=[201]),
    OpenApiParameter("X-Trace-ID", str, OpenApiParameter.HEADER, description="The answer's trace.", response=[201]),
]

_MEANINGS = {
    400: "The request is no good; `errors` says for each field why.",
    401: "No key and no session, or a wrong key.",
    403: "Another's data.",
    404: "It does not exist, or is not yours to see.",
    409: "In conflict with what there is; with `candidates` where a name is ambiguous.",
    413: "The body is larger than 64 kB.",
    415: "The body is no JSON.",
    429: "Too many requests; `Retry-After` says for how many seconds.",
    500: "Our fault; the log tells of it under `trace_id`.",
    503: "No answer could be made; what happened is kept under `trace_id`.",
}


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """These and the problems that every address can answer with."""
    return {(status, CONTENT_TYPE): _problem(status) for status in sorted({*statuses, 401, 429, 500})}


def _problem(status: int) -> OpenApiResponse:
    example: dict[str, Any] = {
        "type": f"urn:shopassist:problem:{KINDS[status]}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _MEANINGS[status],
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }
    if status == 400:
        example |= {"detail": "query: This field is required.", "errors": {"query": ["This field is required."]}}
    if status == 409:
        namesakes = [{"customer_id": number, "name": "Susan Hill", "country": ""} for number in ("114", "702")]
        example |= {"detail": "Several customers have this name.", "candidates": namesakes}
    return OpenApiResponse(
        ProblemSerializer,
        _MEANINGS[status],
        [OpenApiExample(HTTPStatus(status).phrase, value=example, status_codes=[str(status)], media_type=CONTENT_TYPE)],
    )


class StorefrontKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "recommendations.api.authentication.StorefrontKeyAuthentication"
    name = ["storefrontKey", "storefrontKeyHeader"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]  # one or the other

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "A key that `manage.py create_api_key NAME` made."},
            {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key in another header."},
        ]
