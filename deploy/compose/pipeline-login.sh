#!/bin/sh
# What docs/operations.md has an administrator run once, on a server that has just been made.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --set password="$PIPELINE_PASSWORD" <<'SQL'
do $$
declare purpose text;
begin
  foreach purpose in array
    array['owner', 'writer', 'editor', 'reader', 'operator', 'gatekeeper', 'backup']
  loop
    if to_regrole('discovery_' || purpose) is null then
      execute format('create role %I nologin', 'discovery_' || purpose);
    end if;
  end loop;
end $$;

create role discovery_pipeline login noinherit password :'password';

grant discovery_owner, discovery_writer, discovery_editor, discovery_reader,
  discovery_operator, discovery_gatekeeper, discovery_backup to discovery_pipeline;

create database discovery template template0 encoding 'UTF8' locale 'C.UTF-8';

revoke connect on database discovery from public;

grant connect, create on database discovery to discovery_pipeline;

\connect discovery

grant create on schema public to discovery_pipeline;
SQL
