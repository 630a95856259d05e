"""How staged rows become the shop's. Of contradicting rows the newest counts, the later in the file among equals.

A description (name, category, brand) and a price replace what is known unless that is of a later day.
A catalogue is of the day it is imported, a sample never outlasts a real shop's row.
"""

IDS_OF_SEVERAL_ROWS = """
CREATE TEMPORARY TABLE several ON COMMIT DROP AS
SELECT external_id FROM staged GROUP BY external_id HAVING count(*) > 1
"""

# Ids with rows that differ in anything but their line.
CONTRADICTING_IDS = """
SELECT count(*) FROM (
    SELECT external_id FROM staged WHERE external_id IN (SELECT external_id FROM several)
    GROUP BY external_id HAVING count(DISTINCT to_jsonb(staged) - 'line') > 1
) AS contradicting
"""

# Rows that have a transaction's or review's id that a newer row of the file has too.
REPEATED = """
WITH ranked AS (
    SELECT line, row_number() OVER (PARTITION BY external_id ORDER BY at DESC NULLS LAST, line DESC) AS place
    FROM staged WHERE external_id IN (SELECT external_id FROM several)
)
DELETE FROM staged USING ranked WHERE ranked.line = staged.line AND ranked.place > 1
"""

CONTRADICTING_CUSTOMERS = """
SELECT count(*) FROM (
    SELECT id FROM (
        SELECT customer AS id, customer_name AS name FROM staged
        UNION SELECT external_id, name FROM customers_customer
            WHERE NOT is_sample AND external_id IN (SELECT customer FROM staged)
    ) AS named WHERE name <> '' GROUP BY id HAVING count(*) > 1
) AS contradicting
"""

CONTRADICTING_PRODUCTS = """
SELECT count(*) FILTER (WHERE names > 1), count(*) FILTER (WHERE categories > 1) FROM (
    SELECT count(DISTINCT name) FILTER (WHERE name <> '') AS names,
           count(DISTINCT category) FILTER (WHERE category <> '') AS categories
    FROM (
        SELECT product AS id, product_name AS name, category FROM staged
        UNION SELECT known.external_id, known.name, coalesce(category.name, '') FROM customers_product AS known
            LEFT JOIN customers_category AS category ON category.id = known.category_id
            WHERE NOT known.is_sample AND known.external_id IN (SELECT product FROM staged)
    ) AS described GROUP BY id
) AS counted
"""

PRODUCTS_OF_PURCHASES = """
CREATE TEMPORARY TABLE described ON COMMIT DROP AS
SELECT product AS external_id,
    (array_agg(product_name ORDER BY at DESC NULLS LAST, line DESC) FILTER (WHERE product_name <> ''))[1] AS name,
    (array_agg(category ORDER BY at DESC NULLS LAST, line DESC) FILTER (WHERE category <> ''))[1] AS category,
    '' AS brand,
    (array_agg(price ORDER BY at DESC NULLS LAST, line DESC) FILTER (WHERE price IS NOT NULL))[1] AS price,
    max(at) FILTER (WHERE product_name <> '' OR category <> '') AS described_at,
    max(at) FILTER (WHERE price IS NOT NULL) AS priced_at
FROM staged GROUP BY product
"""

DERIVED_CATEGORIES = "UPDATE staged SET category = derived WHERE category = ''"

PRODUCTS_OF_A_CATALOGUE = """
CREATE TEMPORARY TABLE described ON COMMIT DROP AS
SELECT product AS external_id,
    (array_agg(product_name ORDER BY line DESC) FILTER (WHERE product_name <> ''))[1] AS name,
    (array_agg(category ORDER BY line DESC) FILTER (WHERE category <> ''))[1] AS category,
    (array_agg(brand ORDER BY line DESC) FILTER (WHERE brand <> ''))[1] AS brand,
    (array_agg(price ORDER BY line DESC) FILTER (WHERE price IS NOT NULL))[1] AS price,
    now() AS described_at, now() AS priced_at
FROM staged GROUP BY product
"""

PRODUCTS_OF_REVIEWS = """
CREATE TEMPORARY TABLE described ON COMMIT DROP AS
SELECT DISTINCT product AS external_id, '' AS name, '' AS category, '' AS brand, NULL::numeric AS price,
    NULL::timestamptz AS described_at, NULL::timestamptz AS priced_at
FROM staged
"""

CATEGORIES = """
INSERT INTO customers_category (name) SELECT DISTINCT category FROM described WHERE category <> '' ORDER BY category
ON CONFLICT (name) DO NOTHING RETURNING true
"""

PRODUCTS = """
INSERT INTO customers_product AS known (external_id, name, category_id, brand, price, described_at, priced_at,
    is_sample, review_count)
SELECT fresh.external_id,
    CASE WHEN newer THEN coalesce(nullif(fresh.name, ''), old.name, '')
         ELSE coalesce(nullif(old.name, ''), fresh.name, '') END,
    CASE WHEN newer THEN coalesce(category.id, old.category_id) ELSE coalesce(old.category_id, category.id) END,
    CASE WHEN newer THEN coalesce(nullif(fresh.brand, ''), old.brand, '')
         ELSE coalesce(nullif(old.brand, ''), fresh.brand, '') END,
    CASE WHEN pricier THEN coalesce(fresh.price, old.price) ELSE coalesce(old.price, fresh.price) END,
    CASE WHEN newer THEN fresh.described_at ELSE old.described_at END,
    CASE WHEN fresh.price IS NOT NULL AND (pricier OR old.price IS NULL) THEN fresh.priced_at ELSE old.priced_at END,
    %(is_sample)s AND coalesce(old.is_sample, true), 0
FROM described AS fresh
LEFT JOIN customers_category AS category ON category.name = fresh.category
LEFT JOIN customers_product AS old ON old.external_id = fresh.external_id
CROSS JOIN LATERAL (SELECT
    old.id IS NULL OR old.is_sample AND NOT %(is_sample)s OR
        coalesce(fresh.described_at, '-infinity') >= coalesce(old.described_at, '-infinity') AS newer,
    old.id IS NULL OR old.is_sample AND NOT %(is_sample)s OR
        coalesce(fresh.priced_at, '-infinity') >= coalesce(old.priced_at, '-infinity') AS pricier
) AS compared
ORDER BY fresh.external_id
ON CONFLICT (external_id) DO UPDATE SET name = excluded.name, category_id = excluded.category_id,
    brand = excluded.brand, price = excluded.price, described_at = excluded.described_at,
    priced_at = excluded.priced_at, is_sample = excluded.is_sample
WHERE (known.name, known.category_id, known.brand, known.price, known.described_at, known.priced_at, known.is_sample)
    IS DISTINCT FROM (excluded.name, excluded.category_id, excluded.brand, excluded.price, excluded.described_at,
        excluded.priced_at, excluded.is_sample)
RETURNING xmax = 0
"""

CUSTOMERS_OF_PURCHASES = """
INSERT INTO customers_customer AS known (external_id, name, country, described_at, is_sample)
SELECT fresh.external_id,
    CASE WHEN newer THEN coalesce(fresh.name, old.name, '') ELSE coalesce(nullif(old.name, ''), fresh.name, '') END,
    CASE WHEN newer THEN coalesce(fresh.country, old.country, '')
         ELSE coalesce(nullif(old.country, ''), fresh.country, '') END,
    CASE WHEN newer THEN fresh.described_at ELSE old.described_at END,
    %(is_sample)s AND coalesce(old.is_sample, true)
FROM (
    SELECT customer AS external_id,
        (array_agg(customer_name ORDER BY at DESC NULLS LAST, line DESC) FILTER (WHERE customer_name <> ''))[1] AS name,
        (array_agg(country ORDER BY at DESC NULLS LAST, line DESC) FILTER (WHERE country <> ''))[1] AS country,
        max(at) FILTER (WHERE customer_name <> '' OR country <> '') AS described_at
    FROM staged GROUP BY customer
) AS fresh
LEFT JOIN customers_customer AS old ON old.external_id = fresh.external_id
CROSS JOIN LATERAL (SELECT
    old.id IS NULL OR old.is_sample AND NOT %(is_sample)s OR
        coalesce(fresh.described_at, '-infinity') >= coalesce(old.described_at, '-infinity') AS newer
) AS compared
ORDER BY fresh.external_id
ON CONFLICT (external_id) DO UPDATE SET name = excluded.name, country = excluded.country,
    described_at = excluded.described_at, is_sample = excluded.is_sample
WHERE (known.name, known.country, known.described_at, known.is_sample)
    IS DISTINCT FROM (excluded.name, excluded.country, excluded.described_at, excluded.is_sample)
RETURNING xmax = 0
"""

CUSTOMERS_OF_REVIEWS = """
INSERT INTO customers_customer AS known (external_id, name, country, is_sample)
SELECT DISTINCT customer, '', '', %(is_sample)s FROM staged WHERE customer <> '' ORDER BY customer
ON CONFLICT (external_id) DO UPDATE SET is_sample = false WHERE known.is_sample AND NOT excluded.is_sample
RETURNING xmax = 0
"""

# What is known as it is gets no lock and no write.
PURCHASES = """
INSERT INTO customers_purchase (external_id, customer_id, product_id, quantity, unit_price, purchased_at,
    country, is_sample)
SELECT staged.external_id, customer.id, product.id, staged.quantity, staged.price, staged.at, staged.country,
    %(is_sample)s
FROM staged
JOIN customers_customer AS customer ON customer.external_id = staged.customer
JOIN customers_product AS product ON product.external_id = staged.product
LEFT JOIN customers_purchase AS old ON old.external_id = staged.external_id
WHERE old.id IS NULL OR (old.customer_id, old.product_id, old.quantity, old.unit_price, old.purchased_at, old.country,
    old.is_sample) IS DISTINCT FROM (customer.id, product.id, staged.quantity, staged.price, staged.at,
    staged.country, %(is_sample)s)
ORDER BY staged.line
ON CONFLICT (external_id) DO UPDATE SET customer_id = excluded.customer_id, product_id = excluded.product_id,
    quantity = excluded.quantity, unit_price = excluded.unit_price, purchased_at = excluded.purchased_at,
    country = excluded.country, is_sample = excluded.is_sample
RETURNING xmax = 0
"""

OF_UNKNOWN_PRODUCTS = """
FROM staged WHERE NOT EXISTS (SELECT 1 FROM customers_product AS known WHERE known.external_id = staged.product)
"""

REVIEWS = """
INSERT INTO customers_review (external_id, customer_id, product_id, rating, text, reviewed_at, sentiment,
    sentiment_model, sentiment_version, aspects, is_sample)
SELECT staged.external_id, customer.id, product.id, staged.rating, staged.words, staged.at, staged.sentiment,
    %(model)s, %(version)s, staged.aspects, %(is_sample)s
FROM staged
JOIN customers_product AS product ON product.external_id = staged.product
LEFT JOIN customers_customer AS customer ON customer.external_id = staged.customer
LEFT JOIN customers_review AS old ON old.external_id = staged.external_id
WHERE old.id IS NULL OR (old.customer_id, old.product_id, old.rating, old.text, old.reviewed_at, old.is_sample)
    IS DISTINCT FROM (customer.id, product.id, staged.rating, staged.words, staged.at, %(is_sample)s)
ORDER BY staged.line
ON CONFLICT (external_id) DO UPDATE SET customer_id = excluded.customer_id, product_id = excluded.product_id,
    rating = excluded.rating, text = excluded.text, reviewed_at = excluded.reviewed_at,
    sentiment = excluded.sentiment, sentiment_model = excluded.sentiment_model,
    sentiment_version = excluded.sentiment_version, aspects = excluded.aspects, is_sample = excluded.is_sample
RETURNING xmax = 0
"""
