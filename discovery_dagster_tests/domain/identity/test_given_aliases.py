"""A name that people gave to an asset makes no asset of its own."""

import pytest

from discovery_dagster.domain import identity
from discovery_dagster.domain.decisions import endpoints
from discovery_dagster.domain.decisions.endpoints import EXTERNAL
from discovery_dagster_tests.domain.rows import asset_records, relation_records
from discovery_dagster_tests.domain.test_endpoint_decisions import said

pytestmark = pytest.mark.pipeline

LISTED = asset_records(
    {"name": "lx-041", "declared_type": "server"}, {"name": "lx-042", "declared_type": "server"}
)
NEEDS = relation_records(
    {"source": "lx-042", "target": "kasse.corp.example"}, {"source": "lx-042", "target": "fax"}
)


def resolve(*decided, records=LISTED):
    aliases = endpoints.aliases(decided)
    return identity.resolve("acme.exit", records, NEEDS, {}, aliases=aliases)


def ids(inventory):
    return dict(inventory.assets.select("name", "asset_id").rows())


def test_the_named_thing_becomes_an_alias_and_the_ids_of_the_others_stay():
    before = ids(resolve())
    inventory = resolve(said("KASSE.corp.example", before["lx-041"]))
    assert ids(inventory) == {name: before[name] for name in ("lx-041", "lx-042", "fax")}
    assert dict(inventory.assets.select("name", "aliases").rows())["lx-041"] == [
        "KASSE.corp.example"
    ]
    assert before["kasse.corp.example"] not in inventory.members["asset_id"].to_list()
    assert before["kasse.corp.example"] not in inventory.identifiers["asset_id"].to_list()


def test_an_alias_of_an_asset_that_the_session_lacks_leaves_the_name_an_asset():
    lacking = resolve(said("fax", ids(resolve())["lx-041"]), records=LISTED.tail(1))
    assert "fax" in ids(lacking)


def test_two_names_that_are_aliases_of_each_other_do_not_both_vanish():
    before = ids(resolve())
    fax, till = before["fax"], before["kasse.corp.example"]
    inventory = resolve(said("fax", till), said("kasse.corp.example", fax, 2))
    assert ids(inventory) == before


@pytest.mark.parametrize(
    ("endpoint", "means", "kinds"),
    [
        ("fax", "asset", {"endpoints", "aliases"}),
        ("fax", EXTERNAL, {"endpoints", "outsiders"}),
        ("10.0.0.7", "asset", {"endpoints"}),
        ("2001:db8::7", EXTERNAL, {"endpoints"}),
    ],
)
def test_a_decision_makes_stale_what_depends_on_it_and_no_more(endpoint, means, kinds):
    assert endpoints.digest([said(endpoint, means)]).keys() == kinds


def test_what_relations_alone_name_gets_the_type_that_was_decided_and_a_listed_asset_does_not():
    assets = resolve().assets
    decided = [said("FAX", EXTERNAL), said("lx-041", EXTERNAL, 2)]
    (override,) = endpoints.types(assets, decided)
    assert (override.name, override.field, override.value) == ("fax", "type", "external")
