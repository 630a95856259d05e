"""What a product's name says the thing is, kept beside its words: a laptop stand is a stand."""

from django.db import migrations

# The last word before the first link ("stand" of "Laptop Stand for 15 inch, Black"), after "set of 3", leaving out
# colours, sizes and measures at its end. Null where the text has no word. Loops, as one regular expression for all of
# it takes five times as long.
THING = r"""
CREATE FUNCTION customers_thing(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    words text[] := string_to_array(lower(substring(name, '[[:alnum:]][^,;:|/([]*')), ' ');
    until int := 0;
BEGIN
    FOR place IN 2 .. coalesce(cardinality(words), 0) LOOP
        IF words[place] = 'of' AND words[place - 1] IN ('set', 'pack', 'box', 'pair', 'bag', 'bundle', 'lot') THEN
            CONTINUE;
        END IF;
        IF words[place] IN ('for', 'with', 'without', 'from', 'in', 'into', 'of', 'on', 'to', 'by', 'under', 'over',
                'at', 'like', 'as', '-', '–', '—') THEN
            until := place - 1;
            EXIT;
        END IF;
    END LOOP;
    words := CASE WHEN until > 0 THEN words[:until] ELSE words END;
    until := cardinality(words);
    WHILE until > 1 AND (words[until] ~ '\d' OR words[until] IN ('', 'red', 'black', 'white', 'blue', 'pink', 'green',
            'yellow', 'purple', 'brown', 'grey', 'gray', 'beige', 'ivory', 'navy', 'teal', 'turquoise', 'gold',
            'golden', 'silver', 'bronze', 'brass', 'copper', 'chrome', 'nickel', 'clear', 'transparent', 'multicolor',
            'multicolour', 'xs', 's', 'm', 'l', 'xl', 'xxl', 'small', 'medium', 'large', 'mini', 'king', 'queen',
            'twin', 'full', 'single', 'double', 'design', 'style', 'edition', 'color', 'colour', 'colors', 'colours',
            'size', 'pack', 'pcs', 'piece', 'pieces', 'count', 'in', 'inch', 'inches', 'cm', 'mm', 'ft', 'feet', 'ml',
            'cl', 'oz', 'lb', 'lbs', 'g', 'kg', 'w', 'v', 'gb', 'tb')) LOOP
        until := until - 1;
    END LOOP;
    RETURN substring(words[until], '[[:alnum:]][[:alnum:]''-]*');
END $$;
"""

MARKED = """
CREATE FUNCTION customers_marked(mark text, words tsvector) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT array_to_tsvector(coalesce(
    string_to_array(mark || array_to_string(nullif(tsvector_to_array(words), '{}'), ' ' || mark), ' '), '{}')) $$;
"""

# "=laptop" is in the vector of what is called a laptop, "~laptop" in that of what stands in a category of laptops, and
# "@laptop" in that of a brand of this name: so that an index finds laptops without reading what belongs to them.
TRIGGER = r"""
CREATE OR REPLACE FUNCTION products_search_vector() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    category text := coalesce((SELECT name FROM customers_category WHERE id = NEW.category_id), '');
    brand tsvector := to_tsvector('shopassist', NEW.brand);
    shelves tsvector := '';
    part text;
BEGIN
    FOREACH part IN ARRAY string_to_array(replace(translate(category, '/,>|', '&&&&'), ' and ', '&'), '&') LOOP
        shelves := shelves || to_tsvector('shopassist', coalesce(customers_thing(part), ''));
    END LOOP;
    NEW.search_vector :=
        setweight(to_tsvector('shopassist', NEW.name), 'A') ||
        setweight(brand, 'B') ||
        setweight(to_tsvector('shopassist', category), 'C') ||
        customers_marked('=', to_tsvector('shopassist', coalesce(customers_thing(NEW.name), ''))) ||
        customers_marked('@', brand) ||
        customers_marked('~', shelves);
    RETURN NEW;
END $$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION products_search_vector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_vector :=
        setweight(to_tsvector('shopassist', NEW.name), 'A') ||
        setweight(to_tsvector('shopassist', NEW.brand), 'B') ||
        setweight(to_tsvector('shopassist', coalesce(
            (SELECT name FROM customers_category WHERE id = NEW.category_id), '')), 'C');
    RETURN NEW;
END $$;
"""
ANEW = "UPDATE customers_product SET name = name;"


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_descriptions_statistics_sample")]
    operations = [
        migrations.RunSQL(THING, "DROP FUNCTION customers_thing(text)"),
        migrations.RunSQL(MARKED, "DROP FUNCTION customers_marked(text, tsvector)"),
        migrations.RunSQL(TRIGGER + ANEW, BEFORE + ANEW),
    ]
