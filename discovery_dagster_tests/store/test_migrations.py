"""A home that an older version filled is brought to the newest schema with what is in it."""

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import schema
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading import assets, listing
from discovery_dagster.store.reading.listing import Criteria

_ENGAGEMENTS = ("acme.exit", "zeta.move")

_ROWS = (
    "insert into discovery.engagement (engagement, client)"
    " values (%(engagement)s, split_part(%(engagement)s, '.', 1))",
    "insert into discovery.session (engagement, session) values (%(engagement)s, 's001')",
    "insert into discovery.asset (engagement, session, seq, asset_id, name, type, ip_addresses,"
    " mac_addresses, applications, confidence, rationale, environment, criticality, tier)"
    " select %(engagement)s, 's001', n, 'a' || n, 'srv-' || n, 'server', '{}', '{}', '{}', 0.9,"
    " '{}', 'test', 'unknown', 'unknown' from generate_series(1, 3) n",
)


@pytest.fixture
def older(make_database_url) -> str:
    """A database of revision 0010, in which two clients have three assets each."""
    url = make_database_url()
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=pool.NullPool
    )
    with psycopg.connect(url, autocommit=True) as connection:
        schema.make_roles(connection)
        schema._make_schema(connection)
    config = Config(attributes={})
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.begin() as connection:
        connection.exec_driver_sql("set role discovery_owner")
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        connection.exec_driver_sql("grant select on discovery.alembic_version to public")
    for engagement in _ENGAGEMENTS:
        with psycopg.connect(url) as connection:
            connection.execute("set role discovery_writer")
            connection.execute("select set_config('discovery.engagements', %s, true)", [engagement])
            for statement in _ROWS:
                connection.execute(statement, {"engagement": engagement})
    return url


def test_the_assets_of_an_older_home_are_counted(older):
    schema.migrate(older)
    for engagement in _ENGAGEMENTS:
        session = SessionKey.parse(f"{engagement}|s001")
        counted = assets.facets(Database(older), session, Criteria()).counts
        assert dict(counted["type"]) == {"server": 3}
        assert dict(counted["environment"]) == {"test": 3}
        rows = listing.page(Database(older), session, assets.ASSETS, Criteria()).rows
        assert [row["name"] for row in rows] == ["srv-1", "srv-2", "srv-3"]
