"""What a row of a list is that no tool wrote: told by its values, and said with its reasons."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain import formats, identity, intake
from discovery_dagster.domain.canonical import canonicalise
from discovery_dagster.domain.grain.columns import Column
from discovery_dagster_tests.domain.grain.lists import LISTS
from discovery_dagster_tests.domain.sources import counts, table

pytestmark = pytest.mark.pipeline


def understood(*sources):
    known = [(source, formats.recognise(source) or formats.UNRECOGNISED) for source in sources]
    frames = intake.understand(known, lambda *_: None)
    return canonicalise(intake.as_decided(known, frames["grains"]), frames["mapping"]), frames[
        "grains"
    ]


def source_of(text):
    header, *rows = [line.split(",") for line in text.strip().splitlines()]
    return table(header, *[[cell or None for cell in row] for row in rows])


@pytest.mark.parametrize("name", LISTS)
def test_a_row_is_what_a_person_would_say(name):
    wanted = LISTS[name]
    records, grains = understood(source_of(wanted.text))
    (grain,) = grains.iter_rows(named=True)
    assert (grain["grain"], grain["status"]) == (wanted.grain, "decided")
    assert grain["reason"].endswith(".")
    if wanted.grain != "relation":
        assets = identity.resolve("a.b", records.assets, records.relations, {}).assets
        declared = assets.filter(~pl.col("named_only"))
        assert set(declared["name"]) == wanted.things
        for field in wanted.nothing:
            values = declared[field].drop_nulls()
            assert values.is_empty(), field


@pytest.mark.parametrize("name", LISTS)
def test_what_a_row_is_depends_on_no_order_of_columns_or_records(name):
    header, *rows = [line.split(",") for line in LISTS[name].text.strip().splitlines()]
    turned = table(header[::-1], *[[cell or None for cell in row[::-1]] for row in rows[::-1]])
    _, grains = understood(turned)
    assert grains["grain"].to_list() == [LISTS[name].grain]


def test_observations_make_each_thing_once_and_all_are_accepted():
    records, _ = understood(source_of(LISTS["missing patches"].text))
    assert counts(records) == {"accepted": 6}
    assert records.assets["name"].to_list() == ["acc-web-01", "acc-web-02", "acc-sql-01"]
    assert records.assets["ip_addresses"].to_list() == [
        ["10.70.1.11"],
        ["10.70.1.12"],
        ["10.70.1.21"],
    ]


def test_an_interface_list_gives_a_device_all_of_its_addresses():
    records, _ = understood(source_of(LISTS["interfaces"].text))
    addresses = dict(records.assets.select("name", "ip_addresses").iter_rows())
    assert addresses["core-sw-1"] == ["10.9.0.1", "10.9.1.1"]


def test_an_observation_that_names_no_thing_is_ignored_with_the_reason():
    records, _ = understood(source_of(LISTS["addresses"].text))
    assert counts(records) == {"accepted": 3, "ignored": 5}
    reasons = records.outcomes.filter(outcome="ignored")["reason"].unique().to_list()
    assert reasons == ["It is an observation that names no thing."]


def test_a_repeated_name_beside_hosts_with_their_own_attributes_is_not_the_thing():
    findings = table(
        ["Host", "Name", "IP Address", "OS"],
        ["a-1", "Weak cipher", "10.0.0.1", "RHEL 8"],
        ["a-1", "Old library", "10.0.0.1", "RHEL 8"],
        ["a-2", "Weak cipher", "10.0.0.2", "Windows Server 2019"],
        ["a-2", "Old library", "10.0.0.2", "Windows Server 2019"],
    )
    records, grains = understood(findings)
    assert grains["grain"].to_list() == ["observation"]
    assert "depend on it" in grains["reason"][0]
    assert records.assets["name"].to_list() == ["a-1", "a-2"]


def test_a_table_whose_headers_name_nothing_waits_with_a_proposal():
    unknown = table(["Etykieta", "Stan"], ["abc-web-01", "akt"], ["abc-db-01", "nie"])
    records, grains = understood(unknown)
    (grain,) = grains.iter_rows(named=True)
    assert (grain["grain"], grain["status"], grain["name_column"]) == (
        "thing", "waiting", "Etykieta",
    )  # fmt: skip
    assert counts(records) == {"ignored": 2}
    assert records.outcomes["reason"].str.starts_with("The table waits for a decision.").all()
    assert records.issues["code"].to_list() == ["table_waits", "column_not_used"]
    assert records.assets.is_empty()


def test_names_and_addresses_that_pair_off_need_no_header():
    unknown = table(
        ["Nazwa", "Adres", "Stan"],
        ["abc-web-01", "10.0.0.1", "akt"],
        ["abc-web-02", "10.0.0.2", "akt"],
        ["abc-db-01", "10.0.0.3", "nie"],
    )
    records, grains = understood(unknown)
    assert grains["status"].to_list() == ["decided"]
    assert records.assets["name"].to_list() == ["abc-web-01", "abc-web-02", "abc-db-01"]


def test_two_columns_that_name_the_same_things_may_be_ends_of_a_relation():
    unknown = table(["Alfa", "Beta"], ["app-1", "db-1"], ["app-2", "db-1"], ["db-1", "app-1"])
    _, grains = understood(unknown)
    assert (grains["grain"][0], grains["status"][0]) == ("relation", "waiting")


def test_a_column_means_what_its_header_says_without_what_all_headers_share():
    cells = pl.Series(["a-1", "a-2"])
    assert Column(0, "serv_u_host", cells).named is None
    assert Column(0, "serv_u_host", cells, plain="host").named == "server"


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["web-01", "web-02", "10.0.0.1", "RHEL 8", "2024-01-01", "x", "7", "KB1"]),
    st.text(max_size=8),
)
HEADERS = st.sampled_from(
    ["Name", "Host", "IP Address", "OS", "KB Article", "Title", "Status", "Cost", "Alfa", "Beta"]
)


@given(st.lists(HEADERS, min_size=1, max_size=6), st.data())
def test_every_record_of_any_table_is_accounted_for_once(header, data):
    row = st.lists(CELLS, min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(row, max_size=12))
    records, grains = understood(table(header, *rows))
    assert records.outcomes.height == len(rows)
    assert records.outcomes["outcome"].is_in(["accepted", "rejected", "ignored"]).all()
    assert grains.height == 1
    assert 0 <= grains["confidence"][0] <= 1
    if grains["grain"][0] == "observation":
        names = records.assets["name"].str.to_lowercase()
        assert names.n_unique() == len(names)
