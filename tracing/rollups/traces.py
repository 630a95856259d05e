"""What is counted of a day's traces: in one statement a table, over the day's rows alone."""

from django.db import connection

from tracing.rollups.days import Day, counts
from tracing.rollups.histogram import BIN

NAMES = 100  # of traces, and of observations, that a day tells apart; the rarer ones are one
DEAREST = 100  # users, and sessions, that a day tells apart
OTHERS = "others"

TRACES = f"""
WITH seen AS MATERIALIZED (
    SELECT name, level, duration_ms AS milliseconds, input_tokens, output_tokens, cost
    FROM tracing_trace WHERE started_at >= %(start)s AND started_at < %(end)s
), frequent AS (
    SELECT name FROM seen GROUP BY name ORDER BY count(*) DESC, name LIMIT {NAMES}
), binned AS (
    SELECT coalesce(frequent.name, '{OTHERS}') AS name, {BIN} AS bin, count(*) AS number,
        count(*) FILTER (WHERE level = 'ERROR') AS errors, count(*) FILTER (WHERE level = 'WARNING') AS warnings,
        sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cost) AS cost
    FROM seen LEFT JOIN frequent USING (name) GROUP BY 1, 2
)
INSERT INTO tracing_tracecount
    (day, name, number, errors, warnings, input_tokens, output_tokens, cost, bins, sizes)
SELECT %(day)s, name, sum(number), sum(errors), sum(warnings), sum(input_tokens), sum(output_tokens), sum(cost),
    array_agg(bin ORDER BY bin), array_agg(number ORDER BY bin)
FROM binned GROUP BY name
"""  # noqa: S608 (made of constants)

OBSERVATIONS = f"""
WITH seen AS MATERIALIZED (
    SELECT o.name, o.type, o.model, o.level, o.duration_ms AS milliseconds, o.cost,
        CASE WHEN o.prompt_version IS NULL THEN '' ELSE o.prompt_name || ' v' || o.prompt_version END AS prompt,
        coalesce((o.usage ->> 'input')::bigint, 0) AS input_tokens,
        coalesce((o.usage ->> 'output')::bigint, 0) AS output_tokens
    FROM tracing_trace t JOIN tracing_observation o ON o.trace_id = t.id
    WHERE t.started_at >= %(start)s AND t.started_at < %(end)s
), frequent AS (
    SELECT name FROM seen GROUP BY name ORDER BY count(*) DESC, name LIMIT {NAMES}
), binned AS (
    SELECT coalesce(frequent.name, '{OTHERS}') AS name, type, model, prompt, {BIN} AS bin, count(*) AS number,
        count(*) FILTER (WHERE level = 'ERROR') AS errors, count(*) FILTER (WHERE level = 'WARNING') AS warnings,
        sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cost) AS cost
    FROM seen LEFT JOIN frequent USING (name) GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO tracing_observationcount
    (day, name, type, model, prompt, number, errors, warnings, input_tokens, output_tokens, cost, bins, sizes)
SELECT %(day)s, name, type, model, prompt, sum(number), sum(errors), sum(warnings), sum(input_tokens),
    sum(output_tokens), sum(cost), array_agg(bin ORDER BY bin), array_agg(number ORDER BY bin)
FROM binned GROUP BY name, type, model, prompt
"""  # noqa: S608

USAGE = f"""
WITH used AS (
    SELECT kind.of, kind.key, count(*) AS traces, sum(input_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens, sum(cost) AS cost
    FROM tracing_trace CROSS JOIN LATERAL (VALUES ('user', user_pseudonym), ('session', session_id)) kind (of, key)
    WHERE started_at >= %(start)s AND started_at < %(end)s AND kind.key <> ''
    GROUP BY kind.of, kind.key
), placed AS (
    SELECT *, row_number() OVER (
        PARTITION BY of ORDER BY cost DESC, input_tokens + output_tokens DESC, traces DESC, key
    ) AS place FROM used
)
INSERT INTO tracing_usagecount (day, of, key, traces, input_tokens, output_tokens, cost)
SELECT %(day)s, of, CASE WHEN place <= {DEAREST} THEN key ELSE '' END,
    sum(traces), sum(input_tokens), sum(output_tokens), sum(cost)
FROM placed GROUP BY 2, 3
"""  # noqa: S608

TABLES = ("tracing_tracecount", "tracing_observationcount", "tracing_usagecount")


def count_traces(day: Day) -> None:
    """Leaves a day alone whose traces were deleted: what was counted of them is all that is left."""
    if day.has_lost_traces:
        return
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table} WHERE day = %s", [day.day])  # noqa: S608
        for statement in (TRACES, OBSERVATIONS, USAGE):
            cursor.execute(statement, {"day": day.day, "start": day.start, "end": day.end})


counts.append(count_traces)
