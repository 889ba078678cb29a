#!/usr/bin/env bash
# The roles of a database: the owner of the tables, and the one that the functions connect as,
# which owns nothing and is under row-level security. PGHOST and PGPASSWORD may name a server
# whose postgres is no superuser, such as RDS. Run again, it gives them the passwords it has then.
set -euo pipefail
export MARA_APP_CONNECTIONS="${MARA_APP_CONNECTIONS:-80}" MARA_APP_PASSWORD MARA_OWNER_PASSWORD
# psql reads the passwords from its environment: arguments are in the list of processes.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=mara <<'SQL'
\getenv owner_password MARA_OWNER_PASSWORD
\getenv app_password MARA_APP_PASSWORD
\getenv app_connections MARA_APP_CONNECTIONS
SELECT format('CREATE ROLE %I NOSUPERUSER NOBYPASSRLS', name)
FROM unnest(ARRAY['mara_owner', 'mara_app']) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE mara_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE mara_app LOGIN CONNECTION LIMIT :app_connections PASSWORD :'app_password';
ALTER ROLE mara_app SET idle_session_timeout = '60s';
ALTER ROLE mara_app SET statement_timeout = '30s';
GRANT mara_owner TO CURRENT_USER;
ALTER DATABASE mara OWNER TO mara_owner;
CREATE EXTENSION IF NOT EXISTS vector;
SQL
