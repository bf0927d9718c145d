"""Names with what Windows, Docker, spreadsheets and monitoring tools write around them."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain import canonical, formats, identity
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.values import read_cells
from discovery_dagster.domain.values.notations import without_decorations
from discovery_dagster_tests.domain.sources import records_of, table

pytestmark = pytest.mark.pipeline


def canonical_of(*sources):
    tables = [(source, formats.recognise(source)) for source in sources]
    mapping = pl.concat([map_table(at, *each) for at, each in enumerate(tables)])
    return canonical.canonicalise(tables, mapping)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("/shop-db", "shop-db"),
        ("[core-sw-01]", "core-sw-01"),
        ("web01 [Linux]", "web01"),
        ("web01.corp.example.", "web01.corp.example"),
        ("RUDD01$", "RUDD01"),
        ("\\\\HV02", "HV02"),
        ("/subscriptions/1/vm", "/subscriptions/1/vm"),
        ("Billing [old]", "Billing [old]"),
        ("Acme Inc.", "Acme Inc."),
        ("Cost in $", "Cost in $"),
    ],
)
def test_a_name_is_read_without_the_signs_around_it(written, name):
    assert without_decorations(pl.Series([written])).to_list() == [name]


def test_names_that_differ_only_in_what_is_written_around_them_stay_as_they_are():
    written = ["web01 [Linux]", "web01 [Windows]", "db02 [Linux]"]
    assert without_decorations(pl.Series(written)).to_list() == [*written[:2], "db02"]


@given(st.text(alphabet="abcXYZ019-_", min_size=1, max_size=15).filter(lambda t: t[0].isalpha()))
def test_a_host_name_without_notation_is_itself(name):
    assert without_decorations(pl.Series([name])).to_list() == [name]


@pytest.mark.parametrize("header", ["Computer", "Computer Name", "Name", "Device Name", "Server",
                                    "sAMAccountName", "Hostname"])  # fmt: skip
@pytest.mark.parametrize("written", ["CORP\\BASS01", "BASS01$", "CORP\\BASS01$", "\\\\BASS01"])
def test_domain_and_dollar_are_notation_under_any_header_of_machines(header, written):
    listed = table([header, "Operating System"], (written, "Windows Server 2019"))
    known = table(["Hostname", "IP Address"], ("bass01", "10.0.0.1"), file="other.csv")
    records = canonical_of(listed, known)
    resolved = identity.resolve("acme.dc", records.assets, records.relations, {})
    assert resolved.assets["hostname"].to_list() == ["bass01"]
    assert resolved.assets["name"].str.to_lowercase().to_list() == ["bass01"]
    assert records.assets["domain"].to_list() == (
        ["corp", None] if "CORP" in written else [None] * 2
    )


@pytest.mark.parametrize(
    ("names", "hosts"),
    [
        (["IDOL01\\SQLEXPRESS"], ["idol01"]),
        (["DB01\\HR", "DB02\\HR"], ["db01", "db02"]),
        (["DB01\\INST01", "CORP\\WEB01"], ["db01", "web01"]),
    ],
)
def test_instances_are_told_from_hosts_by_their_words_and_by_repetition(names, hosts):
    assert read_cells("host", pl.Series(names)).values.to_list() == hosts


def test_an_instance_is_a_database_on_the_host_that_other_records_know():
    inventory = table(["Hostname", "OS"], ("orfe01", "Windows Server 2016"))
    instances = table(["Server", "SQL Version"], ("ORFE01\\PAYROLL", "2016"), file="sql.csv")
    records = canonical_of(inventory, instances)
    database = records.assets.row(1, named=True)
    assert (database["declared_type"], database["hostname"]) == ("database", "orfe01")
    assert records.relations.select("source", "relation", "target").rows() == [
        ("ORFE01\\PAYROLL", "runs_on", "orfe01")
    ]


def test_the_default_instance_is_not_its_host():
    inventory = table(["Hostname", "OS"], ("db1", "Windows Server 2016"))
    instances = table(["SQL Instance", "Version"], ("DB1", "15"), ("DB1\\HR", "15"), file="sql.csv")
    records = canonical_of(inventory, instances)
    assert records.assets["name"].to_list() == ["db1", "DB1\\MSSQLSERVER", "DB1\\HR"]
    assert records.relations["target"].to_list() == ["db1", "db1"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("01-Mar", "date"), ("Sep-02", "date"), ("2024-03-02", "date"), ("1.00E+05", "number"),
     ("mar-01", None), ("MAR-01", None), ("web-01", None), ("1e5", None)],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_a_name_is_an_issue(name, kind):
    issues = records_of(table(["Server", "IP"], (name, "10.0.0.1"), ("a", "10.0.0.2"))).issues
    messages = issues.filter(pl.col("code") == "changed_by_spreadsheet")["message"].to_list()
    assert messages == (
        [f'"{name}" looks like a {kind} that a spreadsheet made of a name.'] if kind else []
    )


def test_a_reference_finds_the_host_inside_its_notation():
    hosts = table(["Hostname", "OS"], ("hv01", "Windows Server 2019"))
    guests = table(["VM", "Host"], ("vm1", "CORP\\HV01"), ("vm2", "\\\\HV01"), file="vms.csv")
    targets = canonical_of(hosts, guests).relations["target"]
    assert targets.str.to_lowercase().to_list() == ["hv01", "hv01"]
