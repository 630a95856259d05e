"""What was thought of a day's answers. A day that has lost traces keeps what was counted by prompts."""

RATINGS = """
WITH answer AS MATERIALIZED (
    SELECT id, intent, stored_trace_id FROM recommendations_recommendation
    WHERE created_at >= %(start)s AND created_at < %(end)s AND status = 'answered'
), given AS MATERIALIZED (
    SELECT r.recommendation_id, r.product_id, r.stars FROM answer JOIN recommendations_rating r
        ON r.recommendation_id = answer.id AND r.replaced_at IS NULL
), judged (of, key, shown, rated, stars) AS (
    SELECT 'intent', answer.intent, answer.id::text, given.recommendation_id::text, given.stars
    FROM answer LEFT JOIN given ON given.recommendation_id = answer.id AND given.product_id IS NULL
    UNION ALL
    SELECT 'prompt', prompt.key, answer.id::text, given.recommendation_id::text, given.stars
    FROM answer JOIN tracing_trace t ON t.id = answer.stored_trace_id
        CROSS JOIN LATERAL unnest(t.used_prompts) prompt (key)
        LEFT JOIN given ON given.recommendation_id = answer.id AND given.product_id IS NULL
    WHERE %(with_traces)s
    UNION ALL
    SELECT 'place', product.rank::text, product.id::text, given.product_id::text, given.stars
    FROM answer JOIN recommendations_recommendedproduct product ON product.recommendation_id = answer.id
        LEFT JOIN given ON given.product_id = product.id
    UNION ALL
    SELECT 'stars', stars::text, recommendation_id::text, recommendation_id::text, stars
    FROM given WHERE product_id IS NULL
)
INSERT INTO recommendations_ratingcount (day, of, key, shown, rated, number, total, squares)
SELECT %(day)s, of, key, count(DISTINCT shown), count(DISTINCT rated), count(stars), coalesce(sum(stars), 0),
    coalesce(sum(stars * stars), 0)
FROM judged GROUP BY of, key
"""

STATEMENTS = (
    "DELETE FROM recommendations_ratingcount WHERE day = %(day)s AND (of <> 'prompt' OR %(with_traces)s)",
    RATINGS,
)
