"""What a list rests on, as two pages show it: a recommendation's own, and as a panel its trace's."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Q
from django.http import HttpRequest

from customers.models import Product
from recommendations.models import Recommendation, RecommendedProduct
from recommendations.why_not import products_named, why_not
from tracing.admin.trace_page import Panel, panels
from tracing.models import Trace

ASKED = "why_not"  # the parameter in which staff name a product
SUGGESTED = 8  # products near the list that staff may want to ask for
TEMPLATE = "admin/recommendations/recommendation/evidence.html"
BECAME = {
    "listed": "in the list",
    "below": "below it",
    "reviews": "filtered by reviews",
    "category": "passed over for their category",
    "name": "passed over for their name",
}


@dataclass(frozen=True)
class Part:
    """Of a score, as a bar: percent of the width. What speaks against the product lies left of `zero`."""

    name: str
    value: float
    left: float
    width: float
    zero: float


def evidence_shown(request: HttpRequest, recommendation: Recommendation) -> dict[str, Any]:
    """What the template needs. Three queries, and those of an asked "why not?"."""
    current = Avg("ratings__stars", filter=Q(ratings__replaced_at=None))
    items = list(recommendation.products.annotate(average_stars=current).order_by("rank"))
    values = [value for item in items for value in item.parts.values()]
    least, most = min([0.0, *values]), max([0.0, *values])
    rows: list[list[Any]] = recommendation.evidence.get("candidates", [])
    return {
        "recommendation": recommendation,
        "products": [(item, parts_of(item, least, most)) for item in items],
        "became": became(rows, {item.external_id for item in items}),
        "excluded": len(recommendation.evidence.get("excluded", [])),
        "suggested": suggested(rows, {item.external_id for item in items}),
        "answer": answered(request, recommendation),
    }


def parts_of(item: RecommendedProduct, least: float, most: float) -> list[Part]:
    """The largest first, on the scale from `least` to `most`."""
    scale = 100 / ((most - least) or 1)
    zero = -least * scale
    parts = sorted(item.parts.items(), key=lambda part: -abs(part[1]))
    return [Part(name, value, zero + min(0.0, value) * scale, abs(value) * scale, zero) for name, value in parts]


def became(rows: list[list[Any]], listed: set[str]) -> list[tuple[int, str]]:
    """How many candidates came to which end."""
    ends = Counter("listed" if row[0] in listed else row[2] if len(row) > 2 else "below" for row in rows)
    return [(ends[end], words) for end, words in BECAME.items() if ends[end]]


def suggested(rows: list[list[Any]], listed: set[str]) -> list[tuple[str, str]]:
    """(id, name) of the best that are not in the list."""
    ids = [row[0] for row in rows if row[0] not in listed][:SUGGESTED]
    names = dict(Product.objects.filter(external_id__in=ids).values_list("external_id", "name")) if ids else {}
    return [(product_id, names.get(product_id) or product_id) for product_id in ids]


def answered(request: HttpRequest, recommendation: Recommendation) -> dict[str, Any]:
    """What was asked for, and either the reason or the products that the name may mean."""
    asked = request.GET.get(ASKED, "").strip()
    if not asked:
        return {}
    named = products_named(recommendation, asked)
    if len(named.products) == 1:
        [product] = named.products
        return {"asked": asked, "product": product, "reason": why_not(recommendation, product)}
    return {"asked": asked, "choices": named.products, "more": named.more}


def evidence_panel(request: HttpRequest, trace: Trace) -> Panel | None:
    """For staff who may see recommendations: they hold the shopper's own words."""
    if not request.user.has_perm("recommendations.view_recommendation"):
        return None
    recommendation = Recommendation.objects.select_related("customer").filter(stored_trace=trace).first()
    return Panel("Recommendation", TEMPLATE, evidence_shown(request, recommendation)) if recommendation else None


panels.insert(0, evidence_panel)  # what a trace led to, before all else
