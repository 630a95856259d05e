"""Why a product is not in a list: named by staff, answered from what was stored with the recommendation."""

from recommendations.why_not.naming import Named, products_named
from recommendations.why_not.story import Reason, why_not

__all__ = ["Named", "Reason", "products_named", "why_not"]
