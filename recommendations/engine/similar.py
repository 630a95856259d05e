"""Customers who bought the same things, a rare thing saying more than one that everybody buys."""

from dataclasses import dataclass

from django.db import connection

from customers.models import Customer
from recommendations.models import EngineFit

TELLING_PRODUCTS = 100  # the customer's rarest purchases that are compared
BUYERS_A_PRODUCT = 2000  # looked at most, so that a product that everybody bought costs no more than another
SHORTLIST = 100  # customers whose whole purchases are read to compare exactly

# A product's rarity is ln(1 + customers / its buyers). The similarity is the cosine of two
# customers' purchases, each weighing the root of its rarity: 1 for the same products, 0 for none.
SIMILAR = """
WITH mine AS MATERIALIZED (
    SELECT product_id, ln(1 + %(customers)s::float8 / greatest(coalesce(buyers, 1), 1)) AS rarity
    FROM (SELECT DISTINCT product_id FROM customers_purchase WHERE customer_id = %(customer)s) bought
    LEFT JOIN (SELECT product_id, buyers FROM recommendations_productpopularity WHERE fit_id = %(fit)s) popularity
        USING (product_id)
), telling AS MATERIALIZED (
    SELECT product_id, rarity FROM mine ORDER BY rarity DESC, product_id LIMIT %(telling)s
), shortlist AS MATERIALIZED (
    SELECT buyer.customer_id, sum(telling.rarity) AS shared
    FROM telling CROSS JOIN LATERAL (
        SELECT DISTINCT customer_id FROM customers_purchase
        WHERE product_id = telling.product_id AND customer_id <> %(customer)s
        ORDER BY customer_id LIMIT %(buyers)s
    ) buyer
    GROUP BY buyer.customer_id ORDER BY shared DESC, buyer.customer_id LIMIT %(shortlist)s
), bought AS (
    SELECT DISTINCT customer_id, product_id FROM customers_purchase
    WHERE customer_id IN (SELECT customer_id FROM shortlist)
), compared AS (
    SELECT bought.customer_id, sum(mine.rarity) AS shared, count(mine.product_id) AS products,
        sum(ln(1 + %(customers)s::float8 / greatest(coalesce(popularity.buyers, 1), 1))) AS theirs
    FROM bought
    LEFT JOIN (SELECT product_id, buyers FROM recommendations_productpopularity WHERE fit_id = %(fit)s) popularity
        USING (product_id)
    LEFT JOIN mine USING (product_id)
    GROUP BY bought.customer_id
)
SELECT customer.id, customer.external_id, customer.name,
    least(1, compared.shared / sqrt((SELECT sum(rarity) FROM mine) * compared.theirs)) AS similarity, compared.products
FROM compared JOIN customers_customer customer ON customer.id = compared.customer_id
ORDER BY similarity DESC, customer.id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class SimilarCustomer:
    pk: int
    external_id: str
    name: str
    similarity: float  # above 0, up to 1 for the same products
    shared_products: int


def similar_customers(customer: Customer, n: int = 20) -> list[SimilarCustomer]:
    """The `n` customers most like this one, the most similar first; two queries, of bounded work."""
    fit = EngineFit.objects.active()
    values = {
        "customer": customer.pk,
        "fit": fit.pk if fit else None,
        "customers": fit.counts["customers"] if fit else 1,
        "telling": TELLING_PRODUCTS,
        "buyers": BUYERS_A_PRODUCT,
        "shortlist": SHORTLIST,
        "limit": n,
    }
    with connection.cursor() as cursor:
        cursor.execute(SIMILAR, values)
        return [SimilarCustomer(*row) for row in cursor.fetchall()]
