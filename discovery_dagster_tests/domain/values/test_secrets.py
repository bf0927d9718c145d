import time

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


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "MQ_PASSWORD", "value": "HUSH"}, {"name": "MQ_USER", "value": "app"}]',
        '[{"value": "HU\\"}]HUSH", "type": "text", "name": "mq_password"}]',
        '[{"Key": "admin_token", "Value": "HUSH"}]',
        "[{'Name': 'admin_token', 'Value': 'HUSH'}]",
        '[{"key": "mq.password", "value": {"stringValue": "HUSH"}}]',
        '[{"name": "web", "env": [{"name": "MQ_PASSWORD", "value": "HUSH"}]}]',
        '{"MQ_PASSWORD": {"value": "HUSH"}}',
        '{"token": ["HUSH", "HUSH"]}',
        '{"template": "[{\\"name\\":\\"MQ_PASSWORD\\",\\"value\\":\\"HUSH HUSH\\"}]"}',
        "ParameterKey=MqPassword,ParameterValue=HUSH",
        "- name: MQ_PASSWORD\n  value: HUSH\n- name: MQ_USER\n  value: app",
        '<add key="MqPassword" value="HUSH" />',
        "PGPASSWORD=HUSH psql",
        '{"mqPassword": "HUSH"}',
        '{"password": "HUSH\\"HUSH", "host": "db"}',
        "MQ_PASSWORD=${MQ_PASSWORD:-HUSH}",
        "Authorization: Bearer HUSHHUSH.HUSH",
        '{"Authorization": "Basic HUSHHUSH=="}',
        "-----BEGIN RSA PRIVATE KEY-----\nHUSH\nHUSH\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\nHUSH, cut off",
    ],
)
def test_a_secret_that_its_neighbour_names_is_hidden(text):
    assert "HUSH" not in hide(text)
    assert "***" in hide(text)


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "MQ_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "mq", "key": "pass"}}}]',
        '[{"name": "MQ_PASSWORD", "value": "${MQ_PASSWORD}"}]',
        "MQ_PASSWORD={{ vault.mq }}",
        '{"secret": {"secretName": "mq-login"}}',
        '[{"name": "MQ_HOST", "value": "mq-7"}, {"name": "Monkey", "value": "banana"}]',
        "Authorization: by the directory",
        "primaryKey: id",
    ],
)
def test_references_to_secrets_and_other_pairs_stay(text):
    assert hide(text) == text


def test_the_rest_of_a_list_of_pairs_stays():
    text = '[{"name":"MQ_PASSWORD","value":"HUSH"},{"name":"MQ_HOST","value":"mq-7"}]'
    assert hide(text) == text.replace("HUSH", "***")


@pytest.mark.long
@pytest.mark.parametrize("tail", ["", "password", "@", "password=x"])
@pytest.mark.parametrize(
    "unit",
    ["-", " ", "a-", "x://u:", "jdbc:oracle:a:b/", "password={", "password ", '"password":"',
     '\\"', '{"name":"password","value":', "key=", "{[", "-----BEGIN PRIVATE KEY-----", "bearer "],
)  # fmt: skip
def test_the_time_to_hide_grows_with_the_text_alone(unit, tail):
    def seconds(characters):
        text = (unit * (characters // len(unit) + 1))[:characters] + tail
        times = []
        for _ in range(3):
            start = time.process_time()
            hide(text)
            times.append(time.process_time() - start)
        return min(times)

    # A quadratic pattern takes 256 times as long for 16 times the text.
    assert seconds(65_536) < 64 * seconds(4_096) + 0.05


def test_cells_beside_the_name_of_a_secret_are_hidden():
    source = table(
        ["Server", "Parameter", "Value"],
        ("shop-01", "MQ_PASSWORD", "HUSH"),
        ("shop-02", "MQ_HOST", "mq-7"),
    )
    records = records_of(source)
    mapping = map_table(0, source, formats.recognise(source))
    assert "HUSH" not in str([mapping.to_dicts(), records.assets.to_dicts()])
    assert "mq-7" in str(records.assets.to_dicts())


def test_what_a_secret_of_kubernetes_holds_is_hidden_whatever_it_is_called():
    source = table(
        ["apiVersion", "kind", "metadata.name", "data.login"],
        ("v1", "Secret", "mq", "HUSH"),
        ("v1", "ConfigMap", "settings", "plain"),
    )
    mapping = map_table(0, source, formats.recognise(source))
    assert "HUSH" not in str(mapping.to_dicts())
    assert "plain" in str(mapping.to_dicts())


def test_no_issue_and_no_rationale_keeps_what_stands_below_the_wrong_header():
    pairs = '[{"name": "MQ_PASSWORD", "value": "HUSH"}]'
    header = ["Server", "Environment", "IP Address", "Operating System"]
    records = records_of(table(header, ("shop-01", pairs, pairs, pairs)))
    assert "HUSH" not in str([records.assets.to_dicts(), records.issues.to_dicts()])


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
