"""A trace, its observations and its outbox entry in one statement.

The three inserts of the ORM ask PostgreSQL three times and have it read each value of each observation out of text
of its own, which took three times as long (`python -m bench.tracing --only overhead`). Columns come from the models.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from tracing.models import Observation, OutboxEntry, Trace

Columns = list["models.Field[Any, Any]"]


def insert(trace: Trace, observations: Sequence[Observation], entry: OutboxEntry | None) -> None:
    """Gives the trace its key and makes the others its own; they are told no keys."""
    of_trace, of_observation, of_entry = columns(Trace), columns(Observation), columns(OutboxEntry)
    given = [*values(of_trace, trace), as_json(of_observation, observations)]
    if entry:
        given += values(of_entry, entry)
    with _cursor() as cursor:
        cursor.execute(statement(with_entry=entry is not None), given)
        (trace.pk,) = cursor.fetchone()
    for row in (trace, *observations, *filter(None, [entry])):
        row._state.adding, row._state.db = False, connection.alias
        if row is not trace:
            row.trace_id = trace.pk  # type: ignore[attr-defined]


def _cursor() -> CursorWrapper:
    """One that sends values beside the statement, the bytes of the entry as they are, and not as text within it."""
    connection.ensure_connection()
    cursor: Any = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)


@cache
def columns(model: type[models.Model]) -> Columns:
    """All but the keys, which PostgreSQL gives."""
    return [f for f in model._meta.concrete_fields if not f.primary_key and f.name != "trace"]


@cache
def statement(*, with_entry: bool) -> str:
    of_observation = columns(Observation)
    types = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(str(f.column)), sql.SQL(str(f.db_type(connection))))
        for f in of_observation
    )
    parts = [
        sql.SQL("trace AS (INSERT INTO {} ({}) VALUES ({}) RETURNING id)").format(
            _table(Trace), _names(columns(Trace)), _places(columns(Trace))
        ),
        sql.SQL(
            "observations AS (INSERT INTO {} (trace_id, {}) SELECT trace.id, {}"
            " FROM trace, json_to_recordset(%s) AS given ({}))"
        ).format(_table(Observation), _names(of_observation), _names(of_observation, "given"), types),
    ]
    if with_entry:
        entry = sql.SQL("entry AS (INSERT INTO {} (trace_id, {}) SELECT trace.id, {} FROM trace)")
        parts.append(entry.format(_table(OutboxEntry), _names(columns(OutboxEntry)), _places(columns(OutboxEntry))))
    return sql.SQL("WITH {} SELECT id FROM trace").format(sql.SQL(", ").join(parts)).as_string(None)


def values(of: Columns, row: models.Model) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in of]


def as_json(of: Columns, rows: Iterable[models.Model]) -> str:
    """A list of mappings, as json_to_recordset reads them."""
    named = [(field.column, field.attname) for field in of]
    return json.dumps([{c: getattr(row, a) for c, a in named} for row in rows], ensure_ascii=False, default=_told)


def _told(value: object) -> str:
    if isinstance(value, datetime | Decimal):
        return str(value)
    raise TypeError(f"an observation has no place for a {type(value).__name__}")


def _table(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _names(of: Columns, *source: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*source, str(field.column)) for field in of)


def _places(of: Columns) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("%s") for _ in of)
