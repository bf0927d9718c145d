"""Machines are upgraded one by one: what the version before relies on, newer tables still have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
import pytest

from discovery_dagster.cli.doctor import _schema
from discovery_dagster.settings import Settings
from discovery_dagster.store import schema
from discovery_dagster.store.database import open_database

#: The first revision whose successors are judged; older versions are upgraded while nothing runs.
SINCE = "0036"

#: What a revision may take back or narrow, and why the version before does not notice.
ALLOWED: Mapping[str, str] = {
    "0040 decision.decision_kind_check": "it takes one word more",
    "0041 decision.decision_kind_check": "it takes one word more",
    "0042 decision.decision_kind_check": "it takes two words more",
    "0044 decision.decision_kind_check": "it takes one word more",
    "0044 upload.upload_engagement_session_fkey": "it names no session",
}

_COLUMNS = """
select relname || '.' || attname as name,
       format_type(atttypid, atttypmod) as type,
       attnotnull and not atthasdef and attidentity = '' as needed
from pg_attribute join pg_class on pg_class.oid = attrelid
where relnamespace = 'discovery'::regnamespace and relkind = 'r' and attnum > 0
  and not attisdropped
"""

_CONSTRAINTS = """
select conrelid::regclass::text as name, conname, pg_get_constraintdef(oid) as text
from pg_constraint where connamespace = 'discovery'::regnamespace and contype <> 'n'
union all
select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
from pg_index join pg_class on pg_class.oid = indrelid
where relnamespace = 'discovery'::regnamespace and indisunique
"""

_GRANTS = """
select relname || ': ' || privilege_type || ' by ' || grantee::regrole as name
from pg_class, aclexplode(relacl)
where relnamespace = 'discovery'::regnamespace and grantee <> 0
union all
select tablename || ': ' || policyname || ' for ' || role as name
from pg_policies, unnest(roles) as role where schemaname = 'discovery'
"""


@dataclass(frozen=True)
class Catalogue:
    """What code may rely on: columns, rules that rows must fit, and what roles may do."""

    columns: Mapping[str, str]
    needed: frozenset[str]
    rules: Mapping[str, str]
    rights: frozenset[str]

    @classmethod
    def of(cls, connection: psycopg.Connection) -> "Catalogue":
        columns = connection.execute(_COLUMNS).fetchall()
        rules = connection.execute(_CONSTRAINTS).fetchall()
        rights = connection.execute(_GRANTS).fetchall()
        return cls(
            {name: kind for name, kind, _ in columns},
            frozenset(name for name, _, needed in columns if needed),
            {f"{table.removeprefix('discovery.')}.{name}": text for table, name, text in rules},
            frozenset(name for (name,) in rights),
        )

    @property
    def tables(self) -> set[str]:
        return {name.partition(".")[0] for name in self.columns}

    def broken_by(self, newer: "Catalogue") -> Iterator[str]:
        """What of this the newer tables do not have, or ask for besides."""
        for name, kind in self.columns.items():
            if newer.columns.get(name) != kind:
                yield name
        yield from self.rights - newer.rights
        for name in newer.needed - self.needed:
            if name.partition(".")[0] in self.tables:
                yield name
        for name, text in newer.rules.items():
            if name.partition(".")[0] in self.tables and self.rules.get(name) != text:
                yield name


def violations(url: str, since: str) -> set[str]:
    """What each revision after `since` breaks for the one before it."""
    schema.recreate(url, since)
    with psycopg.connect(url, autocommit=True) as connection:
        broken, before = set(), Catalogue.of(connection)
        for revision in sorted(each for each in schema.revisions() if each > since):
            schema._upgrade(url, revision)
            after = Catalogue.of(connection)
            broken |= {f"{revision} {name}" for name in before.broken_by(after)}
            before = after
    return broken


def test_no_revision_takes_from_the_version_before_what_it_relies_on(make_database_url):
    assert violations(make_database_url(), SINCE) == ALLOWED.keys()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("alter table discovery.engagement drop column archived_at", "engagement.archived_at"),
        ("alter table discovery.asset rename column name to called", "asset.name"),
        ("alter table discovery.asset add column more text not null", "asset.more"),
        ("alter table discovery.asset alter column seq type bigint", "asset.seq"),
        (
            "alter table discovery.session add constraint short check (length(session) < 9)",
            "session.short",
        ),
        (
            "revoke insert on discovery.asset from discovery_writer",
            "asset: INSERT by discovery_writer",
        ),
    ],
)
def test_what_would_break_the_version_before_is_found(database, statement, broken):
    with psycopg.connect(database.url) as connection:
        before = Catalogue.of(connection)
        connection.execute(statement)
        after = Catalogue.of(connection)
        connection.rollback()
    assert broken in set(before.broken_by(after))


def test_an_older_version_works_on_the_tables_of_a_newer_one_and_says_so(
    make_database_url, tmp_path
):
    url = make_database_url()
    schema.migrate(url)
    with psycopg.connect(url) as connection:
        connection.execute("set role discovery_owner")
        connection.execute("update discovery.alembic_version set version_num = '9999'")
    with open_database(Settings(home=tmp_path, postgres_url=url)) as opened:
        check = _schema(opened)
    assert check.status == "warning"
    assert "9999" in check.message
