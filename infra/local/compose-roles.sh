#!/usr/bin/env bash
# The roles of a new database: the owner of the tables, and the one that the functions connect as,
# which owns nothing and is under row-level security.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=owner_password="$MARA_OWNER_PASSWORD" \
  --set=app_password="$MARA_APP_PASSWORD" --username=postgres --dbname=mara <<'SQL'
CREATE ROLE mara_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE mara_app LOGIN NOSUPERUSER NOBYPASSRLS CONNECTION LIMIT 80 PASSWORD :'app_password';
ALTER ROLE mara_app SET idle_session_timeout = '60s';
ALTER ROLE mara_app SET statement_timeout = '30s';
ALTER DATABASE mara OWNER TO mara_owner;
CREATE EXTENSION IF NOT EXISTS vector;
SQL
