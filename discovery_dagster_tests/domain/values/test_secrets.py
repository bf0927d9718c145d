import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain import formats
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.values.secrets import hide, hide_cells
from discovery_dagster_tests.domain.sources import records_of, table


@pytest.mark.parametrize(
    "text",
    [
        "amqp://guest:HUSH@rabbit-01:5672/v",
        "redis://:HUSH@cache-01:6379/0",
        "postgres://u:HU@HUSH/HUSH@pg-01:5432/db",
        "mongodb://u:HUSH%40@m1:27017,m2:27018/db",
        "tcp://a:61616,amqp://u:HUSH@b",
        "jdbc:oracle:thin:scott/HUSH@ora-01:1521:X",
        "scott/HUSH@//ora-01:1521/svc",
        "Server=sql-01;Uid=sa;Pwd=HUSH;",
        'Password="HUSH; HUSH"; Server=x',
        "Pwd={HUSH;HUSH};Server=x",
        "Password=Server=HUSH",
        "host=pg user=u password=HUSH dbname=x",
        "spring.datasource.password=HUSH",
        "DB_PASSWORD: HUSH",
        "dbPassword=HUSH",
        '{"apiKey": "HUSH"}',
        "AccountKey=HUSH==;EndpointSuffix=core",
        "mysql --password HUSH -h db",
        "Passwort: HUSH",
    ],
)
def test_a_secret_in_a_text_is_hidden(text):
    assert "HUSH" not in hide(text)
    assert "***" in hide(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://gw-01:8443/@scope/package",
        "Password policy: 90 days",
        "mail to ann@corp.example",
        "https://web-01/page?x=a:b",
        "the key: none",
        "tcp://a:61616,tcp://b:61616",
        "Order Portal, Key Vault",
    ],
)
def test_other_text_stays(text):
    assert hide(text) == text


@given(
    st.text(
        st.characters(codec="ascii", exclude_characters=" \t\r\n;\"'<>{}\x0b\x0c\x1c\x1d\x1e\x1f"),
        min_size=6,
    )
)
def test_no_password_of_a_setting_stays(password):
    assert password not in hide(f"Server=db;Password={password};Database=x")


def test_cells_below_a_header_that_says_so_are_secrets_whole():
    cells = pl.Series(["HUSH", None])
    assert hide_cells(cells, "Admin Password").to_list() == ["***", None]
    assert hide_cells(cells, "Password Policy").to_list() == ["HUSH", None]


def test_no_record_keeps_a_password():
    header = ["Application", "Depends On", "Notes", "DB Pwd", "Connection"]
    row = (
        "shop",
        "jdbc:sqlserver://sql-01:1433;databaseName=x;user=sa;password=HUSH",
        "see amqp://u:HUSH@mq-01/v",
        "HUSH",
        "Server=db-01;Pwd=HUSH",
    )
    source = table(header, row)
    records = records_of(source)
    mapping = map_table(0, source, formats.recognise(source))
    for frame in (records.assets, records.relations, records.issues, mapping):
        assert "HUSH" not in str(frame.to_dicts())
    assert records.relations.select("target", "port").rows() == [("sql-01", 1433)]
