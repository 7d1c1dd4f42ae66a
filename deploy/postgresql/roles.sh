#!/bin/sh
# Makes the databases of the suite, their owner, and a role for each service; safe to run again.
#
#   OWNER_PASSWORD=… BOOKING_PASSWORD=… sh deploy/postgresql/roles.sh booking …
#
# An administrator's connection comes from psql's own PGHOST, PGPORT, PGUSER and PGPASSWORD. Run it
# before `atelier migrate`, and again when a service is added or a password has changed.
set -eu

name="${NAME:-atelier}"
here="$(dirname "$0")"
: "${OWNER_PASSWORD:?is missing}"

# Passwords reach psql by the environment, where the process list does not show them.
psql --no-psqlrc --quiet --dbname=postgres --set=owner="${name}_owner" <<'SQL'
\set ON_ERROR_STOP on
\getenv password OWNER_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
ALTER ROLE :"owner" NOSUPERUSER CREATEDB NOCREATEROLE PASSWORD :'password';
-- A hosted server's administrator is no superuser, and may give nothing away for a stranger.
SELECT format('GRANT %I TO CURRENT_USER', :'owner')
WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec
SQL

for service in "$@"; do
  variable="$(printf '%s_PASSWORD' "$service" | tr '[:lower:]' '[:upper:]')"
  SERVICE_PASSWORD="$(printenv "$variable" || true)"
  export SERVICE_PASSWORD="${SERVICE_PASSWORD:?$variable is missing}"
  psql --no-psqlrc --quiet --dbname=postgres \
    --set=owner="${name}_owner" --set=role="${name}_${service}" --file="$here/roles.sql"
done
