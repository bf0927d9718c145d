"""Which records are one thing in estates of which it is known, from their files on."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from itertools import combinations

import polars as pl
import pytest

from discovery_dagster.domain import canonical, identity, intake
from discovery_dagster_tests.domain.identity.estate import Trap
from discovery_dagster_tests.domain.identity.exports import Exports
from quality.figures import Comparison

pytestmark = pytest.mark.pipeline

#: Things and seed: a large estate, and small ones, in which other accidents meet.
ESTATES = [(4_300, 1), (700, 2), (700, 3)]


@pytest.fixture(scope="module", params=ESTATES, ids=lambda drawn: f"{drawn[0]} of seed {drawn[1]}")
def compared(request, tmp_path_factory) -> tuple[Exports, Comparison]:
    exports = Exports.write(tmp_path_factory.mktemp("estate"), *request.param)
    tables = [table for path in exports.files for table in intake.read_tables(path, path.name)[1]]
    records = canonical.canonicalise(tables, intake.understand(tables, lambda *_: None)["mapping"])
    inventory = identity.resolve("acme.exit", records.assets, records.relations, {})
    # Lines also name clusters that no file describes: those are other things.
    described = inventory.assets.filter(~pl.col("named_only")).select("asset_id")
    members = inventory.members.join(described, on="asset_id").select("file", "line", "asset_id")
    assets = {(file, line): asset for file, line, asset in members.iter_rows()}
    return exports, Comparison(_pairs(assets), _pairs(exports.truth))


def _pairs(owners: Mapping[tuple[str, int], Hashable]) -> frozenset[object]:
    """The pairs of records that are of one thing."""
    records = defaultdict(list)
    for place, owner in owners.items():
        records[owner].append(place)
    return frozenset(
        pair for places in records.values() for pair in combinations(sorted(places), 2)
    )


def test_no_two_things_share_an_asset(compared):
    _, pairs = compared
    assert pairs.precision == 1.0, sorted(pairs.found - pairs.truth)[:3]


def test_hardly_a_record_is_apart_from_the_others_of_its_thing(compared):
    _, pairs = compared
    assert pairs.recall >= 0.98


def test_every_trap_is_in_the_estate(compared):
    exports, _ = compared
    assert {trap for thing in exports.things for trap in thing.traps} == set(Trap)
