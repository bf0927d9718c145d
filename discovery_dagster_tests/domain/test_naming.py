import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster_tests.domain.rows import inventory_assets
from discovery_dagster_tests.searching import examples

ESTATE = inventory_assets(
    {"asset_id": "crm", "name": "CRM", "declared_type": "application"},
    {"asset_id": "crm-host", "name": "crm", "declared_type": "server"},
    {"asset_id": "web-a", "name": "Shop web", "fqdn": "web01.a.example", "declared_type": "server"},
    {"asset_id": "web-b", "name": "web01.b.example", "declared_type": "server"},
    {"asset_id": "db7", "name": "DB7", "hostname": "db7", "declared_type": "virtual_machine"},
    {"asset_id": "gw", "name": "gw", "ip_addresses": ["10.0.0.1", "10.0.0.9"]},
    {"asset_id": "proxy", "name": "proxy", "ip_addresses": ["10.0.0.2", "10.0.0.9"]},
    {"asset_id": "twin-1", "name": "twin", "ip_addresses": ["10.0.0.3"]},
    {"asset_id": "twin-2", "name": "twin", "ip_addresses": ["10.0.0.4"]},
)


def ask(*endpoints: tuple[str | None, str | None, str | None]) -> list[tuple[str | None, str]]:
    frame = pl.DataFrame(
        endpoints,
        schema={"name": pl.String, "address": pl.String, "type": pl.String},
        orient="row",
    )
    return NameIndex.of(ESTATE).resolve(frame).select("asset_id", "how").rows()


@pytest.mark.parametrize(
    ("endpoint", "answer"),
    [
        (("  cRm ", None, "application"), ("crm", "name")),
        (("CRM", None, "server"), ("crm-host", "name")),
        (("CRM", None, "service"), ("crm", "name")),
        (("CRM", None, None), (None, "ambiguous")),
        (("crm", None, "database"), (None, "no_such_asset")),
        (("WEB01.A.EXAMPLE", None, None), ("web-a", "fqdn")),
        (("web01.a.example.", None, None), ("web-a", "fqdn")),
        (("web01", None, None), (None, "ambiguous")),
        (("db7", None, "unknown"), ("db7", "name")),
        (("db7.c.example", None, None), ("db7", "hostname")),
        (("web01.c.example", None, None), (None, "no_such_asset")),
        ((None, "10.0.0.1", None), ("gw", "address")),
        ((None, "10.0.0.9", None), (None, "ambiguous")),
        ((None, "10.9.9.9", None), (None, "no_such_asset")),
        (("proxy", "10.0.0.1", None), ("proxy", "name")),
        (("elsewhere", "10.0.0.1", None), ("gw", "address")),
        (("twin", "10.0.0.4", None), ("twin-2", "address")),
        (("twin", "10.0.0.1", None), (None, "ambiguous")),
        ((None, None, None), (None, "unnamed")),
        (("", None, None), (None, "unnamed")),
    ],
)
def test_a_name_or_address_means_one_asset_or_none(endpoint, answer):
    assert ask(endpoint) == [answer]


ALIASED = inventory_assets(
    {"asset_id": "shop", "name": "lx-041.corp.example", "aliases": ["www.corp.example", "Kasse"]},
    {"asset_id": "wiki", "name": "lx-042", "aliases": ["intranet", "docs.corp.example"]},
    {"asset_id": "mail", "name": "intranet", "aliases": ["docs.corp.example", "lx-042"]},
    {"asset_id": "crm", "name": "Customer Care", "declared_type": "application", "aliases": ["CC"]},
)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("WWW.corp.example.", ("shop", "alias")),
        ("www", ("shop", "alias")),
        ("kasse", ("shop", "alias")),
        ("kasse.corp.example", ("shop", "alias")),
        ("kasse.other.example", (None, "no_such_asset")),
        ("www.other.example", (None, "no_such_asset")),
        ("cc", ("crm", "alias")),
        ("intranet", ("mail", "name")),
        ("lx-042", ("wiki", "name")),
        ("docs.corp.example", (None, "ambiguous")),
    ],
)
def test_an_alias_means_its_asset_unless_another_one_bears_or_claims_the_name(name, answer):
    endpoints = pl.DataFrame(
        {"name": [name], "address": [None], "type": [None]},
        schema={"name": pl.String, "address": pl.String, "type": pl.String},
    )
    assert NameIndex.of(ALIASED).resolve(endpoints).select("asset_id", "how").rows() == [answer]


def test_an_ambiguous_endpoint_has_candidates_and_no_other_has():
    endpoints = pl.DataFrame(
        {"name": ["twin", None, "crm", "nobody"], "address": [None, "10.0.0.9", None, None]},
        schema={"name": pl.String, "address": pl.String},
    ).with_columns(type=pl.lit("server"))
    candidates = NameIndex.of(ESTATE).resolve(endpoints)["candidates"].to_list()
    assert candidates == [["twin-1", "twin-2"], ["gw", "proxy"], None, None]


def test_a_dotted_name_means_no_short_one_when_two_domains_claim_it():
    assert ask(("db7.c.example", None, None), ("db7.d.example", None, None)) == [
        (None, "no_such_asset"),
        (None, "no_such_asset"),
    ]


NAMES = st.sampled_from([None, "CRM", "crm", "web01", "DB7", "gw", "twin", "nobody"])
ADDRESSES = st.sampled_from([None, "10.0.0.1", "10.0.0.4", "10.0.0.9"])
TYPES = st.sampled_from([None, "application", "server", "unknown"])


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.tuples(NAMES, ADDRESSES, TYPES), max_size=8))
def test_each_endpoint_is_answered_in_its_place(endpoints):
    assert ask(*endpoints) == [ask(endpoint)[0] for endpoint in endpoints]


def test_an_empty_inventory_resolves_nothing():
    endpoints = pl.DataFrame({"name": ["a"], "address": [None], "type": [None]}).cast(pl.String)
    resolved = NameIndex.of(ESTATE.clear()).resolve(endpoints)
    assert resolved["asset_id"].to_list() == [None]


LISTED = inventory_assets(
    {"name": "mq7", "asset_id": "mq", "declared_type": "middleware", "ip_addresses": ["10.4.0.5"]},
    {"name": "sap.b.example", "asset_id": "sap", "declared_type": "database",
     "ip_addresses": ["10.4.0.6"]},
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "address", "asset"),
    [
        ("mq7.a.example", "10.4.0.5", "mq"),
        ("mq7.a.example", "10.4.0.9", None),
        ("mq7.a.example", None, None),
        ("mq8.a.example", "10.4.0.5", None),
        ("sap", "10.4.0.6", "sap"),
        ("sap.c.example", "10.4.0.6", None),
    ],
)
def test_names_of_one_label_are_one_where_the_address_is_one_too(name, address, asset):
    ends = pl.DataFrame(
        {"name": [name], "address": [address], "type": [None]},
        schema={"name": pl.String, "address": pl.String, "type": pl.String},
    )
    assert NameIndex.of(LISTED).resolve(ends, by_address=False)["asset_id"].to_list() == [asset]


SCOPED = inventory_assets(
    {"name": "pay", "asset_id": "blue", "declared_type": "service", "scope": "Blue"},
    {"name": "pay", "asset_id": "green", "declared_type": "service", "scope": "green"},
    {"name": "mail", "asset_id": "mail", "declared_type": "service", "scope": "green"},
)


@pytest.mark.parametrize(
    ("name", "scope", "asset"),
    [
        ("pay", "blue", "blue"),
        ("pay", "green", "green"),
        ("pay", None, None),
        ("green/pay", "blue", "green"),
        ("red/pay", "blue", None),
        ("mail", "blue", "mail"),
    ],
)
def test_a_name_is_looked_for_within_the_scope_of_who_refers_to_it_first(name, scope, asset):
    text = pl.String
    ends = pl.DataFrame(
        {"name": [name], "address": [None], "type": [None], "scope": [scope]},
        schema={"name": text, "address": text, "type": text, "scope": text},
    )
    assert NameIndex.of(SCOPED).resolve(ends)["asset_id"].to_list() == [asset]
