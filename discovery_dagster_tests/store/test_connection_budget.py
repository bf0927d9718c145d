"""Connections that all processes may hold, against those that Postgres takes."""

import psycopg

from discovery_dagster.cli.doctor import connections_check
from discovery_dagster.settings import Settings
from discovery_dagster.store import connection_budget as budget
from discovery_dagster.store.database import Database


def test_each_run_and_each_connection_of_the_api_counts():
    small = budget.needed(Settings(max_runs=1, api_connections=2))
    assert budget.needed(Settings(max_runs=4, api_connections=2)) == small + 3 * budget.RUN
    assert budget.needed(Settings(max_runs=1, api_connections=8)) == small + 6


def test_what_the_server_keeps_for_superusers_is_not_ours(database):
    with database.connect() as connection:
        row = connection.execute("select current_setting('max_connections')::int as all").fetchone()
    assert 0 < budget.most(database) < row["all"]


def test_the_limit_of_the_database_counts_where_it_is_lower(make_database_url):
    database = Database(make_database_url())
    with psycopg.connect(database.url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"alter database {name} connection limit 7")
    assert budget.most(database) == 7


def test_the_settings_that_nobody_changed_fit_the_embedded_server(database):
    assert connections_check(budget.needed(Settings()), budget.most(database)).status == "ok"


def test_more_than_the_server_takes_is_a_warning_that_says_what_helps():
    check = connections_check(198, 197)
    assert check.status == "warning"
    assert "DISCOVERY_MAX_RUNS" in check.message
    assert connections_check(197, 197).status == "ok"
