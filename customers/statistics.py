"""Where customers stand among each other: the values that split them into equal parts.

Counting these takes a pass over all purchases, so they are kept in one row, which imports and the
engine's fit refresh; profiles read it. Values equal to a cut fall below it.
"""

import json

from django.db import connection
from django.utils import timezone

from customers.models import ShopStatistics

THE_ROW = 1
FIFTHS = [0.2, 0.4, 0.6, 0.8]
THIRDS = [1 / 3, 2 / 3]

MEASURE = """
WITH bought AS (
    SELECT customer_id, count(*) AS purchases, sum(quantity * unit_price)::float AS spent,
           avg(unit_price)::float AS average_price, extract(epoch FROM max(purchased_at))::float AS last
    FROM customers_purchase GROUP BY customer_id
)
SELECT count(*), jsonb_strip_nulls(jsonb_build_object(
    'purchases', to_jsonb(percentile_cont(%(fifths)s) WITHIN GROUP (ORDER BY purchases)),
    'spent', to_jsonb(percentile_cont(%(fifths)s) WITHIN GROUP (ORDER BY spent)),
    'last_purchase', to_jsonb(percentile_cont(%(fifths)s) WITHIN GROUP (ORDER BY last)),
    'average_price', to_jsonb(percentile_cont(%(thirds)s) WITHIN GROUP (ORDER BY average_price))
)) FROM bought
"""


def refresh_statistics() -> ShopStatistics:
    """Measure all customers anew: fifths of `purchases`, `spent` and `last_purchase` (seconds since 1970),
    thirds of `average_price`. A measure that no customer has is left out."""
    with connection.cursor() as cursor:
        cursor.execute(MEASURE, {"fifths": FIFTHS, "thirds": THIRDS})
        customers, cuts = cursor.fetchone()
    measured = {"customers": customers, "cuts": json.loads(cuts), "computed_at": timezone.now()}
    return ShopStatistics.objects.update_or_create(pk=THE_ROW, defaults=measured)[0]
