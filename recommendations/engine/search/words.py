"""The words of the catalogue, to mend by what shoppers mistype."""

from django.db import connection, transaction

from recommendations.models import CatalogueWord

WORDS = """
INSERT INTO recommendations_catalogueword (word, products)
SELECT word, count(*) FROM (
    SELECT DISTINCT p.id, word
    FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id
    CROSS JOIN LATERAL lower(concat_ws(' ', p.name, p.brand, c.name)) text
    CROSS JOIN LATERAL (
        SELECT regexp_split_to_table(text, '[^[:alpha:]]+')
        UNION SELECT (regexp_matches(text, '[[:alpha:]]+(?:-[[:alpha:]]+)+', 'g'))[1]
    ) written (word)
    WHERE length(word) BETWEEN 3 AND 40
) used GROUP BY word
"""


@transaction.atomic
def refresh_words() -> None:
    """Those of the catalogue as it is now."""
    CatalogueWord.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(WORDS)
