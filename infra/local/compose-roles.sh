#!/usr/bin/env bash
# The roles of a new database: the owner of the tables, and the one that the functions connect as,
# which owns nothing and is under row-level security. PGHOST and PGPASSWORD may name a server
# whose postgres is no superuser, such as RDS.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=owner_password="$MARA_OWNER_PASSWORD" \
  --set=app_password="$MARA_APP_PASSWORD" --set=app_connections="${MARA_APP_CONNECTIONS:-80}" --username=postgres --dbname=mara <<'SQL'
CREATE ROLE mara_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE mara_app LOGIN NOSUPERUSER NOBYPASSRLS CONNECTION LIMIT :app_connections PASSWORD :'app_password';
ALTER ROLE mara_app SET idle_session_timeout = '60s';
ALTER ROLE mara_app SET statement_timeout = '30s';
GRANT mara_owner TO CURRENT_USER;
ALTER DATABASE mara OWNER TO mara_owner;
CREATE EXTENSION IF NOT EXISTS vector;
SQL
