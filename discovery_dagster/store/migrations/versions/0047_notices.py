"""Notices of what may change the state of a session, for the event streams of the read API.

Each is sent by the transaction that changes something, so that it is heard once that can be seen,
and holds nothing but a key: of a session, an engagement or a client, or none where a token or login
ends. Whoever hears one looks within the scope that they have. Postgres sends one of several alike.
"""

from alembic import op

revision = "0047"
down_revision = "0046"

TELL = """
create function discovery.tell() returns trigger
language plpgsql set search_path = pg_catalog as $$
declare changed record := coalesce(new, old);
begin
  if tg_argv[0] = 'session' then
    perform pg_notify('discovery', changed.engagement || '|' || changed.session);
  elsif tg_argv[0] = 'engagement' then
    perform pg_notify('discovery', changed.engagement);
  elsif tg_argv[0] = 'client' then
    perform pg_notify('discovery', changed.client);
  else
    perform pg_notify('discovery', '');
  end if;
  return null;
end $$
"""

#: What a change of a row concerns, by table. A publication makes other sessions of its engagement
#: stale, those that are compared with it.
TABLES = {
    "session": "session",
    "session_file": "session",
    "claim": "session",
    "progress": "session",
    "publication": "engagement",
    "decision": "engagement",
    "plan_constraint": "engagement",
    "identity_decision": "engagement",
    "mapping_decision": "client",
    "grain_decision": "client",
    "format_decision": "client",
    "word_decision": "client",
}


def upgrade() -> None:
    """Make the function and its triggers."""
    op.execute(TELL)
    for table, concerns in TABLES.items():
        op.execute(
            f"create trigger tell after insert or update or delete on discovery.{table}"
            f" for each row execute function discovery.tell('{concerns}')"
        )
    # A stream ends with the token or login that it is for.
    op.execute(
        "create trigger tell after update or delete on discovery.access_token"
        " for each row execute function discovery.tell('viewers')"
    )
    op.execute(
        "create trigger tell after delete on discovery.login"
        " for each row execute function discovery.tell('viewers')"
    )
