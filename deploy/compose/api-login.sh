#!/bin/sh
# What docs/security.md has an administrator run for the read API; again does no harm.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$API_PASSWORD" <<'SQL'
select to_regrole('discovery_api') is null as missing \gset
\if :missing
create role discovery_api login noinherit password :'password';
\endif
alter role discovery_api password :'password';
grant connect on database discovery to discovery_api;
grant discovery_editor, discovery_reader, discovery_operator, discovery_gatekeeper
  to discovery_api;
grant usage on schema discovery to discovery_api;
grant select on public.runs, public.run_tags, public.event_logs to discovery_api;
SQL
