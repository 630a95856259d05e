"""How the copies of a trace differ from each other, in SQL: see bench/traces.py.

`asked_…` are tables of the questions that were really asked, each with its number; `drawn` has a row a copy.
"""

DRAWN = """
CREATE TEMP TABLE asked_trace AS
SELECT row_number() OVER (ORDER BY id) - 1 AS number, * FROM tracing_trace;

CREATE TEMP TABLE asked_observation AS
WITH numbered AS (
    SELECT asked.number, asked.started_at AS began, asked.duration_ms AS whole, observation.*,
        count(*) OVER (PARTITION BY asked.number) AS observations
    FROM asked_trace asked JOIN tracing_observation observation ON observation.trace_id = asked.id
)
SELECT seen.*, place, {observations} - 1 AS last, parent.position AS parent_position,
    greatest(seen.duration_ms / seen.whole, 0.001) AS share,
    extract(epoch FROM seen.started_at - seen.began) * 1000 / seen.whole AS starts
FROM numbered seen
JOIN generate_series(0, {observations} - 1) place
    ON least(place, seen.observations - 1) = seen.position
LEFT JOIN numbered parent ON parent.number = seen.number AND parent.span_id = seen.parent_span_id;

CREATE TEMP TABLE asked_recommendation AS
SELECT asked.number, answer.*
FROM asked_trace asked JOIN recommendations_recommendation answer ON answer.stored_trace_id = asked.id;

CREATE TEMP TABLE asked_product AS
SELECT answer.number, product.*
FROM asked_recommendation answer
JOIN recommendations_recommendedproduct product ON product.recommendation_id = answer.id;

CREATE TEMP TABLE asked_conversation AS SELECT * FROM recommendations_conversation LIMIT 1;
CREATE TEMP TABLE asked_rating AS SELECT * FROM recommendations_rating LIMIT 1;
CREATE TEMP TABLE asked_score AS SELECT * FROM tracing_score WHERE name = 'user_rating' LIMIT 1;

CREATE TEMP TABLE drawn AS
SELECT i, copy.number, chat, at, fate, stars, version, words, said, customer_id, pseudonym,
    md5('answer' || i)::uuid AS uuid,
    CASE WHEN kind % 10 < 5 THEN 'embedded-composer' WHEN kind % 10 < 8 THEN 'llama3.1:8b' ELSE 'llama3.2:3b' END
        AS model,
    CASE WHEN kind % 10 < 5 THEN 0 ELSE 700 + kind % 1300 END AS input_tokens,
    CASE WHEN kind % 10 < 5 THEN 0 ELSE 40 + kind % 160 END AS output_tokens,
    CASE WHEN kind % 10 < 5 THEN 20 WHEN kind % 10 < 8 THEN 1800 ELSE 700 END * exp(random_normal(0, 0.5)) AS ms,
    CASE WHEN chat % 5 < 2 THEN '' ELSE md5('chat' || chat)::uuid::text END AS session_id,
    CASE WHEN fate < 0.02 THEN 'ERROR' WHEN fate < 0.07 THEN 'WARNING' ELSE 'DEFAULT' END AS level,
    CASE WHEN fate < 0.02 THEN 'TimeoutError: no answer in 30 s' WHEN fate < 0.07
        THEN 'response_generation: embedded-composer, the model says what the facts do not' ELSE '' END AS trouble
FROM (
    SELECT i, i / {block} * {chats} + i % {chats} AS chat,
        now() - interval '{days} days' * (1 - i::float8 / {traces}) AS at,
        floor(random() * (SELECT count(*) FROM asked_trace))::int AS number,
        random() AS fate,
        CASE WHEN random() < 0.08 THEN 1 + floor(sqrt(random()) * 5) END AS stars,
        1 + least(3, floor(4 * (0.97 * i / {traces} + random() * 0.03)))::int AS version,
        (random() * 49999)::int AS words, (random() * 49999)::int AS said,
        (random() * 100000)::int AS kind
    FROM generate_series(1, {traces}) i
) copy
JOIN asker ON asker.number =
    floor({customers} * ((hashint4(copy.chat::int)::bigint + 2147483648) / 4294967296.0) ^ 2)
ORDER BY i;

CREATE TEMP TABLE chat AS
SELECT chat, min(at) AS at, min(customer_id) AS customer_id FROM drawn WHERE session_id <> '' GROUP BY chat;
ANALYZE asked_trace, asked_observation, asked_recommendation, asked_product, drawn, chat;
"""

COST = "(d.input_tokens * 2 + d.output_tokens * 6) / 10000000.0"
FAILED = "d.level = 'ERROR'"
FELL_BACK = "d.level = 'WARNING'"
RATED = "d.stars IS NOT NULL AND d.level <> 'ERROR'"
SPAN = "lpad(to_hex(d.i * 16 + {} + 1), 16, '0')"
ITS_TROUBLE = f"CASE WHEN s.place = 0 AND {FAILED} OR s.place = s.last THEN {{}} ELSE {{}} END"

Copy = tuple[str, str, dict[str, str]]
"""The model, what is selected from as `s` (asked) and `d` (drawn), and the columns that differ from what was asked."""

COPIES: list[Copy] = [
    (
        "tracing.Trace",
        "FROM drawn d JOIN asked_trace s ON s.number = d.number",
        {
            "id": "d.i",
            "trace_id": "md5('trace' || d.i)",
            "user_pseudonym": "d.pseudonym",
            "session_id": "d.session_id",
            "tags": "array_replace(s.tags, 'model:embedded-composer', 'model:' || d.model)",
            "level": "d.level",
            "status_message": "d.trouble",
            "started_at": "d.at",
            "duration_ms": "d.ms",
            "input_tokens": "d.input_tokens",
            "output_tokens": "d.output_tokens",
            "cost": COST,
            "used_models": "ARRAY[d.model]",
            "used_prompts": "ARRAY['response_generation v' || d.version]",
            "delivery": "CASE WHEN d.i % 5000 = 7 THEN 'set aside' WHEN d.i % 20 = 3 THEN 'sampled out'"
            " WHEN d.at > now() - interval '5 minutes' THEN 'waiting'"
            " WHEN d.at > now() - interval '1 hour' THEN 'sent' ELSE 'confirmed' END",
        },
    ),
    (
        "tracing.Observation",
        "FROM drawn d JOIN asked_observation s ON s.number = d.number",
        {
            "id": "d.i * (s.last + 1) + s.place",
            "trace_id": "d.i",
            "position": "s.place",
            "span_id": SPAN.format("s.place"),
            "parent_span_id": f"coalesce({SPAN.format('s.parent_position')}, '')",
            "level": ITS_TROUBLE.format("d.level", "s.level"),
            "status_message": ITS_TROUBLE.format("d.trouble", "s.status_message"),
            "model": "CASE WHEN s.model = '' THEN '' ELSE d.model END",
            "prompt_version": "CASE WHEN s.prompt_name <> '' THEN d.version END",
            "usage": "CASE WHEN s.place = s.last AND d.input_tokens > 0 THEN jsonb_build_object("
            "'input', d.input_tokens, 'output', d.output_tokens, 'total', d.input_tokens + d.output_tokens)"
            " ELSE s.usage END",
            "cost": f"CASE WHEN s.place = s.last THEN {COST} ELSE 0 END",
            "started_at": "d.at + make_interval(secs => s.starts * d.ms / 1000)",
            "duration_ms": "s.share * d.ms",
        },
    ),
    (
        "tracing.Score",
        f"FROM drawn d CROSS JOIN asked_score s WHERE {RATED}",
        {
            "id": "md5('score' || d.i)::uuid",
            "trace_id": "d.i",
            "value": "d.stars",
            "created_at": "d.at + interval '5 minutes'",
            "updated_at": "d.at + interval '5 minutes'",
        },
    ),
    (
        "recommendations.Conversation",
        "FROM chat d CROSS JOIN asked_conversation s",
        {"id": "md5('chat' || d.chat)::uuid", "customer_id": "d.customer_id", "created_at": "d.at"},
    ),
    (
        "recommendations.Recommendation",
        "FROM drawn d JOIN asked_recommendation s ON s.number = d.number"
        " JOIN phrase asking ON asking.number = d.words JOIN phrase answering ON answering.number = d.said",
        {
            "id": "d.uuid",
            "trace_id": "md5('trace' || d.i)",
            "stored_trace_id": "d.i",
            "created_at": "d.at + make_interval(secs => d.ms / 1000)",
            "status": f"CASE WHEN {FAILED} THEN 'failed' ELSE 'answered' END",
            "error": f"CASE WHEN {FAILED} THEN d.trouble ELSE '' END",
            "customer_id": "CASE WHEN d.chat % 20 = 1 THEN NULL ELSE d.customer_id END",
            "conversation_id": "CASE WHEN d.session_id <> '' THEN d.session_id::uuid END",
            "query": "s.query || ', ' || asking.words",
            "reasoning": f"CASE WHEN {FAILED} THEN '' ELSE s.reasoning || ' ' || answering.words END",
            "stars": f"CASE WHEN {RATED} THEN d.stars END",
            "model": f"CASE WHEN {FELL_BACK} THEN s.model ELSE d.model END",
            "fallbacks": f"CASE WHEN {FELL_BACK} THEN ARRAY[d.trouble] ELSE s.fallbacks END",
            "input_tokens": "d.input_tokens",
            "output_tokens": "d.output_tokens",
            "cost": COST,
            "processing_time_ms": "d.ms",
        },
    ),
    (
        "recommendations.RecommendedProduct",
        f"FROM drawn d JOIN asked_product s ON s.number = d.number WHERE NOT {FAILED}",
        {"id": "d.i * 20 + s.rank", "recommendation_id": "d.uuid"},
    ),
    (
        "recommendations.Rating",
        f"FROM drawn d CROSS JOIN asked_rating s WHERE {RATED}",
        {
            "id": "d.i",
            "recommendation_id": "d.uuid",
            "rater": "'customer:' || d.customer_id",
            "stars": "d.stars",
            "created_at": "d.at + interval '5 minutes'",
        },
    ),
]
