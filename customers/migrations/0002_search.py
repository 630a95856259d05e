"""Full-text search over products: accents folded, English stems, kept up to date by a trigger."""

from django.db import migrations

CONFIGURATION = """
CREATE TEXT SEARCH CONFIGURATION shopassist (COPY = english);
ALTER TEXT SEARCH CONFIGURATION shopassist
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, hword, hword_part, word
    WITH unaccent, english_stem;
"""

# A name says more about a product than its brand, and that more than its category.
TRIGGER = """
CREATE FUNCTION products_search_vector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_vector :=
        setweight(to_tsvector('shopassist', NEW.name), 'A') ||
        setweight(to_tsvector('shopassist', NEW.brand), 'B') ||
        setweight(to_tsvector('shopassist', coalesce(
            (SELECT name FROM customers_category WHERE id = NEW.category_id), '')), 'C');
    RETURN NEW;
END $$;
CREATE TRIGGER products_search_vector BEFORE INSERT OR UPDATE OF name, brand, category_id
    ON customers_product FOR EACH ROW EXECUTE FUNCTION products_search_vector();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [
        migrations.RunSQL(CONFIGURATION, "DROP TEXT SEARCH CONFIGURATION shopassist"),
        migrations.RunSQL(
            TRIGGER, "DROP TRIGGER products_search_vector ON customers_product; DROP FUNCTION products_search_vector"
        ),
    ]
