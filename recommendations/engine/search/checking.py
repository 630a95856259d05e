"""Whether one product has the words of a search."""

from django.db import connection

from recommendations.engine.allowed import storable
from recommendations.engine.search import queries
from recommendations.engine.search.wanted import understand


def words_today(product_pk: int, text: str) -> tuple[list[str], list[str]]:
    """The words of the search that the product's name, brand or category has, and those that it lacks; two queries."""
    terms = [(term.wrote, queries.said(term)) for term in understand(storable(text)).terms]
    known = [(word, query) for word, query in terms if query]
    if not known:
        return [], [word for word, _ in terms]
    columns = ", ".join(["search_vector @@ %s::tsquery"] * len(known))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM customers_product WHERE id = %s",  # noqa: S608 (a question mark a word)
            [*(query for _, query in known), product_pk],
        )
        row = cursor.fetchone() or ()
    has = [word for (word, _), found in zip(known, row, strict=True) if found]
    return has, [word for word, _ in terms if word not in has]
