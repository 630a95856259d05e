"""A function that takes case and accents from names."""

from django.db import migrations

# unaccent() is only stable, as its dictionary could change; an index needs an immutable function.
# The extension's schema is written out, as a restored dump is indexed with an empty search_path.
FOLDED = """
DO $do$
DECLARE place text;
BEGIN
    SELECT quote_ident(nspname) INTO place FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
        WHERE extname = 'unaccent';
    EXECUTE format($f$
        CREATE FUNCTION customers_folded(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $body$ SELECT lower(%1$s.unaccent('%1$s.unaccent'::regdictionary, value)) $body$
    $f$, place);
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_search")]
    operations = [migrations.RunSQL(FOLDED, "DROP FUNCTION customers_folded(text)")]
