"""Records joined by numbers give the things that a plain union-find gives."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.identity import union_find
from discovery_dagster.domain.identity import extraction
from discovery_dagster.domain.identity.clusters import Clusters
from discovery_dagster.domain.identity.shared_keys import SharedKeys, repeated
from discovery_dagster_tests.domain.rows import asset_records, relation_records
from discovery_dagster_tests.searching import examples

#: Records and the keys that they have: a few keys, so that they chain.
KEYS = st.lists(st.lists(st.integers(0, 40), max_size=3), min_size=1, max_size=60)


@settings(max_examples=examples(60), deadline=None)
@given(KEYS, st.randoms(use_true_random=False))
def test_records_joined_by_keys_that_nothing_contradicts_are_those_of_a_union_find(keys, shuffle):
    # Each record is of a file of its own, and called by nothing but its keys.
    records = [{"file": f"{at}.csv"} for at in range(len(keys))]
    described = extraction.describe(asset_records(*records), relation_records())
    rows = [(at, f"fqdn:{key}", 85, "fqdn") for at, of in enumerate(keys) for key in of]
    shuffle.shuffle(rows)
    kinds = {"record": pl.UInt32, "identifier": pl.String, "strength": pl.Int32, "form": pl.String}
    held = pl.DataFrame(rows, schema=kinds, orient="row")
    clusters = Clusters.of(described, held).of_records["cluster"].to_list()
    plain = union_find(len(keys), held["record"].to_list(), held["identifier"].to_list())
    assert clusters == plain


HASHES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=40)


@given(HASHES)
def test_values_whose_hashes_only_look_alike_are_told_apart(drawn):
    # The low bits of the first hash are not sorted by: they make room for the places.
    first = np.array([high << 60 | low for high, low, _ in drawn], dtype=np.uint64)
    second = np.array([other for _, _, other in drawn], dtype=np.uint64)
    row, begins = repeated(first, second)
    key = np.cumsum(begins)
    groups = [sorted(row[key == one].tolist()) for one in np.unique(key)]
    places: dict[tuple[int, int, int], list[int]] = {}
    for at, value in enumerate(drawn):
        places.setdefault(value, []).append(at)
    assert sorted(groups) == sorted(group for group in places.values() if len(group) > 1)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans()), max_size=40))
def test_what_the_rows_of_a_key_differ_in_is_told_of_each_row(rows):
    keyed = pl.DataFrame(
        rows, schema={"key": pl.Int64, "value": pl.Int64, "known": pl.Boolean}, orient="row"
    ).sort("key")
    at = np.arange(keyed.height)
    shared = SharedKeys(at, keyed["key"].to_numpy(), at)
    compared = keyed.select(
        differs=pl.col("value").filter("known").n_unique().over("key") > 1,
        greatest=pl.col("value").max().over("key"),
    )
    values, known = keyed["value"].to_numpy(), keyed["known"].to_numpy()
    assert shared.differing(values, known).tolist() == compared["differs"].to_list()
    assert shared.greatest(values).tolist() == compared["greatest"].to_list()
