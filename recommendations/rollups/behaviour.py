"""How people come back, and what they ask next."""

from recommendations.models import SessionCount

ASKED_FOR = "coalesce(nullif(intent_category, ''), nullif(intent, ''), 'unknown')"

SESSIONS = f"""
WITH begun AS (
    SELECT DISTINCT conversation_id FROM recommendations_recommendation r
    WHERE created_at >= %(start)s AND created_at < %(end)s AND conversation_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM recommendations_recommendation earlier
        WHERE earlier.conversation_id = r.conversation_id AND earlier.created_at < %(start)s
    )
), length AS (
    SELECT least(count(*), {SessionCount.MOST}) AS questions
    FROM begun JOIN recommendations_recommendation USING (conversation_id) GROUP BY conversation_id
)
INSERT INTO recommendations_sessioncount (day, questions, number)
SELECT %(day)s, questions, count(*) FROM length GROUP BY questions
"""  # noqa: S608 (made of constants)

FOLLOW_UPS = f"""
INSERT INTO recommendations_followupcount (day, before, after, number)
SELECT %(day)s, coalesce(former.asked_for, ''), {ASKED_FOR}, count(*)
FROM recommendations_recommendation r LEFT JOIN LATERAL (
    SELECT {ASKED_FOR} AS asked_for FROM recommendations_recommendation earlier
    WHERE earlier.conversation_id = r.conversation_id AND (earlier.created_at, earlier.id) < (r.created_at, r.id)
    ORDER BY earlier.created_at DESC, earlier.id DESC LIMIT 1
) former ON true
WHERE created_at >= %(start)s AND created_at < %(end)s AND conversation_id IS NOT NULL
GROUP BY 2, 3
"""  # noqa: S608

ASKERS = """
WITH asker AS (
    SELECT DISTINCT customer_id FROM recommendations_recommendation
    WHERE created_at >= %(start)s AND created_at < %(end)s AND customer_id IS NOT NULL
)
INSERT INTO recommendations_askercount (day, last_before, second_before, number)
SELECT %(day)s, %(day)s - last.day, %(day)s - second.day, count(*)
FROM asker LEFT JOIN LATERAL (
    SELECT created_at, (created_at AT TIME ZONE %(time_zone)s)::date AS day FROM recommendations_recommendation r
    WHERE r.customer_id = asker.customer_id AND created_at < %(start)s ORDER BY created_at DESC LIMIT 1
) last ON true LEFT JOIN LATERAL (
    SELECT (created_at AT TIME ZONE %(time_zone)s)::date AS day FROM recommendations_recommendation r
    WHERE r.customer_id = asker.customer_id AND r.created_at < last.created_at
        AND (r.created_at AT TIME ZONE %(time_zone)s)::date < last.day
    ORDER BY created_at DESC LIMIT 1
) second ON true
GROUP BY 2, 3
"""

STATEMENTS = (
    "DELETE FROM recommendations_sessioncount WHERE day = %(day)s",
    SESSIONS,
    "DELETE FROM recommendations_followupcount WHERE day = %(day)s",
    FOLLOW_UPS,
    "DELETE FROM recommendations_askercount WHERE day = %(day)s",
    ASKERS,
)
