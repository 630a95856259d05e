"""Everything that the database holds, as text."""

from django.db import connection


def everything(prefix: str = "") -> str:
    """All columns of all rows of all tables whose names begin so, bytes read as text."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name.startswith(prefix)]
        found = []
        for name in sorted(names):
            cursor.execute(f'SELECT * FROM "{name}"')
            found += [cell for row in cursor.fetchall() for cell in row]
    return "\n".join(bytes(c).decode(errors="replace") if isinstance(c, bytes | memoryview) else str(c) for c in found)
