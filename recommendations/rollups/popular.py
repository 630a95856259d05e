"""What was recommended most, asked for most, and not found most."""

from collections import Counter

from django.db import connection

from recommendations.models import PopularCount
from recommendations.people import people_in, those_in
from tracing.masking import mask_text
from tracing.rollups.days import Day

MOST = 100  # of each kind that a day tells apart

WORDS = """
SELECT constraints ->> 'words', query, coalesce(customer.name, ''), count(*)
FROM recommendations_recommendation r LEFT JOIN customers_customer customer ON customer.id = r.customer_id
WHERE created_at >= %(start)s AND created_at < %(end)s AND intent = 'recommendation'
    AND coalesce(constraints ->> 'words', '') <> ''
GROUP BY 1, 2, 3
"""

POPULAR = f"""
WITH asked AS MATERIALIZED (
    SELECT id, constraints, unfound FROM recommendations_recommendation
    WHERE created_at >= %(start)s AND created_at < %(end)s
), shown AS MATERIALIZED (
    SELECT p.external_id, p.name, p.category
    FROM asked JOIN recommendations_recommendedproduct p ON p.recommendation_id = asked.id
), counted (of, key, label, number) AS (
    SELECT 'product', external_id, max(name), count(*) FROM shown GROUP BY external_id
    UNION ALL SELECT 'category', category, '', count(*) FROM shown WHERE category <> '' GROUP BY category
    UNION ALL SELECT 'asked category', category, '', count(*)
        FROM asked CROSS JOIN LATERAL jsonb_array_elements_text(constraints -> 'categories') category GROUP BY category
    UNION ALL SELECT 'unfound', unfound, '', count(*) FROM asked WHERE unfound <> '' GROUP BY unfound
    UNION ALL SELECT 'words', word, '', number FROM unnest(%(words)s::text[], %(numbers)s::bigint[]) w (word, number)
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY of ORDER BY number DESC, key) <= {MOST} AS told FROM counted
)
INSERT INTO recommendations_popularcount (day, of, key, label, number)
SELECT %(day)s, of, CASE WHEN told THEN left(key, 300) ELSE '' END, CASE WHEN told THEN max(label) ELSE '' END,
    sum(number)
FROM placed GROUP BY of, 3, told
"""  # noqa: S608 (made of constants)


def count(day: Day) -> None:
    """Words are masked: a shopper may have named a person or an address among them. Who it is stands in the question,
    for its words alone have lost what introduced a name and the marks of a number.
    """
    PopularCount.objects.filter(day=day.day).delete()
    with connection.cursor() as cursor:
        cursor.execute(WORDS, {"start": day.start, "end": day.end})
        words: Counter[str] = Counter()
        for text, query, name, number in cursor.fetchall():
            words[mask_text(text, those_in(text, people_in(query, name))).lower()[:300]] += number
        cursor.execute(
            POPULAR,
            {
                "day": day.day,
                "start": day.start,
                "end": day.end,
                "words": list(words),
                "numbers": list(words.values()),
            },
        )
