"""How many questions there were, and what their answers led to."""

DAYS_TO_BUY = 7

QUESTIONS = """
INSERT INTO recommendations_questioncount (day, intent, category, number, failed, fell_back, unfound, anonymous)
SELECT %(day)s, intent, intent_category, count(*), count(*) FILTER (WHERE status = 'failed'),
    count(*) FILTER (WHERE fallbacks <> '{}'), count(*) FILTER (WHERE unfound <> ''),
    count(*) FILTER (WHERE customer_id IS NULL)
FROM recommendations_recommendation WHERE created_at >= %(start)s AND created_at < %(end)s
GROUP BY intent, intent_category
"""

# The segments are those of the profile as it was for the answer; purchases count from the answer on.
CONVERSIONS = f"""
WITH list AS (
    SELECT customer_profile, EXISTS (
        SELECT FROM recommendations_recommendedproduct shown
        JOIN customers_purchase p ON p.product_id = shown.product_id AND p.customer_id = r.customer_id
            AND p.purchased_at > r.created_at
            AND p.purchased_at <= r.created_at + interval '{DAYS_TO_BUY * 24} hours'
        WHERE shown.recommendation_id = r.id
    ) AS bought
    FROM recommendations_recommendation r
    WHERE created_at >= %(start)s AND created_at < %(end)s AND customer_id IS NOT NULL
        AND EXISTS (SELECT FROM recommendations_recommendedproduct s WHERE s.recommendation_id = r.id)
)
INSERT INTO recommendations_conversioncount (day, by, segment, lists, bought)
SELECT %(day)s, of.by, of.segment, count(*), count(*) FILTER (WHERE bought)
FROM list CROSS JOIN LATERAL (VALUES
    ('rfm', coalesce(customer_profile ->> 'rfm_segment', 'unknown')),
    ('price', coalesce(customer_profile ->> 'price_segment', 'unknown'))
) of (by, segment)
GROUP BY of.by, of.segment
"""  # noqa: S608 (made of constants)

STATEMENTS = (
    "DELETE FROM recommendations_questioncount WHERE day = %(day)s",
    QUESTIONS,
    "DELETE FROM recommendations_conversioncount WHERE day = %(day)s",
    CONVERSIONS,
)
