#!/bin/sh
# Run by the image at its first start: the shop's role, which is no superuser, its database, and the extensions that
# only a superuser may create.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$SHOP_DB_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE shopassist LOGIN PASSWORD :'password';
CREATE DATABASE shopassist OWNER shopassist TEMPLATE template0 ENCODING 'UTF8';
GRANT SET ON PARAMETER session_replication_role TO shopassist;
\connect shopassist
CREATE EXTENSION vector;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
SQL
