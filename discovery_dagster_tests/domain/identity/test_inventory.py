"""What the inventory says of its things: ids, values, conflicts, and things known by name."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import identity
from discovery_dagster.domain.decisions.identity import SPLIT, IdentityDecision
from discovery_dagster.domain.tables import INVENTORY_ASSETS, empty
from discovery_dagster_tests.domain.rows import asset_records, relation_records
from discovery_dagster_tests.searching import examples

pytestmark = pytest.mark.pipeline

SERVER = {"declared_type": "server"}
NONE = relation_records()


def resolve(*records, relations=NONE, known=None):
    return identity.resolve("acme.exit", asset_records(*records), relations, known or {})


def register(inventory: identity.Inventory) -> dict[str, str]:
    return dict(inventory.identifiers.rows())


def test_the_same_files_give_the_same_ids_and_another_engagement_gives_others():
    records = asset_records({"name": "web01", **SERVER})
    here = identity.resolve("acme.exit", records, NONE, {})
    assert here.assets.equals(identity.resolve("acme.exit", records, NONE, {}).assets)
    elsewhere = identity.resolve("other.exit", records, NONE, {})
    assert here.assets["asset_id"].to_list() != elsewhere.assets["asset_id"].to_list()


def test_a_thing_keeps_its_id_when_a_session_knows_it_by_less_or_by_more():
    full = {"name": "web01", "fqdn": "web01.a.example", "vendor": "Dell", "serial_number": "7XK2P"}
    first = resolve({**full, **SERVER})
    for seen in ({"name": "web01"}, {"name": "Shop", "fqdn": "web01.a.example"}, full):
        later = resolve({**seen, **SERVER}, known=register(first))
        assert later.assets["asset_id"].to_list() == first.assets["asset_id"].to_list()
    short = resolve({"name": "web01", **SERVER})
    later = resolve({**full, **SERVER}, known=register(short))
    assert later.assets["asset_id"].to_list() == short.assets["asset_id"].to_list()


def test_an_alias_that_relations_name_makes_no_asset_and_joins_no_records():
    listed = (
        {"name": "lx-041", "aliases": ["www.corp.example", "lx-042"], **SERVER},
        {"name": "lx-042", **SERVER},
    )
    needs = relation_records({"source": "lx-042", "target": "www.corp.example"})
    inventory = resolve(*listed, relations=needs)
    assert inventory.assets["name"].to_list() == ["lx-041", "lx-042"]
    assert inventory.assets["aliases"].to_list() == [["www.corp.example", "lx-042"], []]


def test_a_host_of_another_domain_does_not_take_an_earlier_host_s_id():
    first = resolve({"name": "web01.a.example", **SERVER})
    later = resolve({"name": "web01.b.example", **SERVER}, known=register(first))
    assert later.assets["asset_id"].to_list() != first.assets["asset_id"].to_list()


def test_a_bare_name_is_the_only_asset_that_bears_it_whatever_its_kind():
    storage = {"name": "stor-01", "declared_type": "storage", "fqdn": "stor-01.a.example"}
    first = resolve(storage)
    needs = relation_records({"source": "db01", "target": "stor-01"})
    later = resolve(relations=needs, known=register(first))
    ids = dict(later.assets.select("name", "asset_id").rows())
    assert ids["stor-01"] == first.assets["asset_id"].item()
    keys = dict(later.members.select("asset_id", "keys").rows())
    assert keys[ids["stor-01"]] == ["registered:qualified:storage|stor-01"]
    assert keys[ids["db01"]] == []
    assert not [name for name in register(later) if "stor-01" in name]


def test_a_bare_name_that_several_assets_bear_is_none_of_them():
    needs = relation_records({"source": "db01", "target": "web01"})
    known: dict[str, str] = {}
    for thing in ({"declared_type": "cluster"}, SERVER, {"declared_type": "storage"}):
        known = register(resolve({"name": "web01", **thing}, known=known)) | known
    later = resolve(relations=needs, known=known)
    ids = dict(later.assets.select("name", "asset_id").rows())
    assert ids["web01"] not in known.values()


def test_a_short_name_of_hosts_of_two_domains_in_two_sessions_is_neither_of_them():
    known: dict[str, str] = {}
    for domain in ("a", "b"):
        known = (
            register(resolve({"name": f"web01.{domain}.example", **SERVER}, known=known)) | known
        )
    bare = resolve({"name": "web01", **SERVER}, known=known).assets["asset_id"].item()
    named = resolve(relations=relation_records({"source": "db01", "target": "web01"}), known=known)
    assert bare not in known.values()
    assert not set(named.assets["asset_id"]) & set(known.values())


def test_a_thing_that_was_two_before_keeps_both_its_names():
    serial = {"vendor": "Dell", "serial_number": "7XK2PL3"}
    full = {"name": "web01", "fqdn": "web01.a.example"}
    two = resolve({"name": "Rack 7", **serial, **SERVER}, {**full, **SERVER})
    assert two.assets.height == 2
    one = resolve({**full, **serial, **SERVER}, known=register(two))
    assert not [name for name in register(one) if name.startswith("several:")]
    bare = resolve({"name": "web01", **SERVER}, known=register(one) | register(two))
    assert set(bare.assets["asset_id"]) <= set(two.assets["asset_id"])


def test_a_person_may_say_that_a_bare_name_is_another_thing():
    first = resolve({"name": "stor-01", "declared_type": "storage"})
    needs = relation_records({"source": "db01", "target": "stor-01"})
    at = datetime(2026, 1, 1, tzinfo=UTC)
    key = "registered:name:storage|stor-01"
    split = IdentityDecision(1, SPLIT, (key,), ("stor-01",), "another", "anna", at)
    later = identity.resolve("acme.exit", asset_records(), needs, register(first), [split])
    assert not set(later.assets["asset_id"]) & set(first.assets["asset_id"])


def test_two_things_never_share_an_id_and_the_stronger_claim_keeps_it():
    first = resolve({"name": "web01", "fqdn": "web01.a.example", **SERVER})
    (asset_id,) = first.assets["asset_id"]
    known = {"fqdn:web01.a.example": asset_id, "mac:00:11:22:33:44:55": asset_id}
    later = resolve(
        {"name": "old", "mac_addresses": ["00:11:22:33:44:55"], **SERVER},
        {"name": "web01", "fqdn": "web01.a.example", **SERVER},
        known=known,
    )
    ids = dict(later.assets.select("name", "asset_id").rows())
    assert ids["web01"] == asset_id
    assert ids["old"] != asset_id


def test_the_most_trusted_source_wins_and_the_others_are_told():
    inventory = resolve(
        {
            "name": "web01",
            "format": "generic",
            "cpu_cores": 2,
            "memory_gb": 16.0,
            "environment": "Production",
            "ip_addresses": ["10.0.0.1", "10.0.0.2"],
            "os_name": "Ubuntu",
            "os_version": "22.04",
            "custom": '{"Rack":"7","Cost":"1"}',
        },
        {
            "name": "WEB01",
            "format": "rvtools.vinfo",
            "file": "b.xlsx",
            "cpu_cores": 4,
            "memory_gb": 15.95,
            "environment": "Test",
            "ip_addresses": ["10.0.0.2", "10.0.0.3"],
            "os_name": "Red Hat Enterprise Linux 8",
            "declared_type": "virtual_machine",
            "custom": '{"Rack":"8","Folder":"x"}',
        },
    )
    (asset,) = inventory.assets.rows(named=True)
    assert (asset["cpu_cores"], asset["environment"]) == (4, "Production")
    assert asset["ip_addresses"] == ["10.0.0.2", "10.0.0.3", "10.0.0.1"]
    assert (asset["os_name"], asset["os_version"]) == ("Red Hat Enterprise Linux 8", None)
    # As one source writes it, so that what reads single attributes finds them either way.
    assert asset["custom"] == '{"Cost":"1","Folder":"x","Rack":"8"}'
    conflicts = inventory.conflicts.select("field", "value", "file", "chosen").rows()
    assert conflicts == [
        ("cpu_cores", "4", "b.xlsx", True),
        ("cpu_cores", "2", "a.csv", False),
        ("environment", "Production", "a.csv", True),
        ("environment", "Test", "b.xlsx", False),
        ("os_name", "Red Hat Enterprise Linux 8", "b.xlsx", True),
        ("os_name", "Ubuntu", "a.csv", False),
    ]
    assert inventory.members["keys"].to_list() == [["name:host|web01"]] * 2


def test_names_in_relations_become_things_once_each():
    relations = relation_records(
        {"source": "Shop", "source_type": "application", "target": "web01"},
        {"source": "web09", "target": "WEB09.a.example"},
        {"source": "shop", "target": "nothing", "target_names_asset": False},
        {"source": "twin", "target": "web09"},
    )
    twins = [{"name": "twin", **SERVER}, {"name": "twin", "declared_type": "application"}]
    inventory = resolve({"name": "web01", **SERVER}, *twins, relations=relations)
    named = inventory.assets.filter("named_only").select("name", "declared_type", "fqdn")
    assert named.rows() == [
        ("Shop", "application", None),
        ("WEB09.a.example", None, "web09.a.example"),
    ]
    members = inventory.members.filter(pl.col("file") == "relations.csv")
    assert sorted(members["line"]) == [2, 3]


def test_a_name_takes_no_address_that_a_declared_thing_has():
    relations = relation_records(
        {
            "source": "web-alias",
            "source_address": "10.0.0.1",
            "target": "x",
            "target_type": "server",
        },
        {"source": "x", "target": "y", "target_address": "10.0.0.2"},
    )
    inventory = resolve(
        {"name": "web01", "ip_addresses": ["10.0.0.1"], **SERVER}, relations=relations
    )
    named = inventory.assets.filter("named_only").select("name", "ip_addresses")
    assert dict(named.rows()) == {"web-alias": [], "x": [], "y": ["10.0.0.2"]}


def test_a_relation_states_the_type_of_a_thing_that_has_none():
    stated = {"source": "crm", "source_type": "application", "target": "x", "target_type": "server"}
    inventory = resolve({"name": "CRM"}, relations=relation_records(stated))
    assert inventory.assets.select("name", "declared_type", "named_only").rows() == [
        ("CRM", "application", False),
        ("x", "server", True),
    ]


def test_every_identifier_to_be_registered_was_a_candidate():
    records = asset_records({"name": "web01.a.example", **SERVER}, {"name": "CRM"})
    relations = relation_records({"source": "crm", "target": "web02.a.example"})
    inventory = identity.resolve("acme.exit", records, relations, {})
    candidates = identity.candidate_identifiers(records, relations)
    assert set(inventory.identifiers["identifier"]) <= set(candidates)


def test_nothing_gives_an_empty_inventory():
    inventory = resolve()
    assert inventory.assets.equals(empty(INVENTORY_ASSETS))
    assert inventory.members.is_empty()
    assert inventory.conflicts.is_empty()


def some(*values):
    return st.sampled_from([None, *values])


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["web01", "WEB01", "web02", "CRM", "web01.a.example"]),
            "file": st.sampled_from(["a.csv", "b.csv"]),
            "declared_type": some("server", "virtual_machine", "application", "database"),
            "fqdn": some("web01.a.example", "web01.b.example"),
            "smbios_uuid": some(*(f"4c4c4544-0035-4210-8052-b9c04f4a593{n}" for n in "12")),
            "mac_addresses": st.sampled_from([[], ["00:11:22:33:44:55"]]),
            "ip_addresses": st.sampled_from([[], ["10.0.0.1"]]),
            "cpu_cores": some(2, 4),
            "detail": st.sampled_from([False, False, False, True]),
        }
    ),
    max_size=7,
)


@settings(max_examples=examples(12), deadline=None)
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_inventory_partitions_the_records_whatever_their_order(records, shuffle):
    rows = asset_records(*records)
    inventory = identity.resolve("acme.exit", rows, NONE, {})
    order = list(range(rows.height))
    shuffle.shuffle(order)
    again = identity.resolve("acme.exit", rows[order], NONE, {})
    assert inventory.assets.equals(again.assets)
    assert inventory.members.equals(again.members)
    assert inventory.conflicts.equals(again.conflicts)
    assert inventory.assets["asset_id"].is_unique().all()
    places = inventory.members.select("file", "line")
    assert places.is_unique().all()
    declared = {(row["file"], row["line"]) for row in rows.rows(named=True) if not row["detail"]}
    assert declared <= set(places.rows())
    assert set(inventory.members["asset_id"]) == set(inventory.assets["asset_id"])


@settings(max_examples=6, deadline=None)
@given(RECORDS)
def test_importing_the_same_again_gives_the_same_ids(records):
    rows = asset_records(*records)
    first = identity.resolve("acme.exit", rows, NONE, {})
    again = identity.resolve("acme.exit", rows, NONE, register(first))
    assert first.assets.equals(again.assets)


@pytest.mark.parametrize("address", ["10.0.0.1", "fe80::1"])
def test_a_record_called_by_its_address_merges_with_none(address):
    inventory = resolve(
        {"name": address, "ip_addresses": [address]},
        {"name": address, "ip_addresses": [address], "file": "b.csv"},
    )
    assert inventory.assets.height == 2
