"""What is written where the name of one thing is asked for, and what of it is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.canonical.references import resolve_references
from discovery_dagster_tests.domain.rows import asset_records, relation_records
from discovery_dagster_tests.domain.sources import records_of, table

pytestmark = pytest.mark.pipeline

NAMES = (
    "Order Portal",
    "Billing",
    "CRM",
    "app-01",
    "app-02",
    "Research & Development",
    "Audit/Log",
)


def meant(written, *names):
    assets = asset_records(*({"name": name} for name in names or NAMES))
    relations = relation_records({"source": "x", "target": written, "phrase": "Depends On"})
    return resolve_references(relations, assets)["target"].to_list()


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("app-01/app-02", ["app-01", "app-02"]),
        ("Billing and order portal", ["Billing", "order portal"]),
        ("Billing und CRM", ["Billing", "CRM"]),
        ("Billing, CRM & app-01", ["Billing", "CRM", "app-01"]),
        ("[Billing] [CRM]", ["Billing", "CRM"]),
        ("1. Order Portal", ["Order Portal"]),
        ("(2) Billing", ["Billing"]),
        ("- CRM", ["CRM"]),
        ("Order Portal (REST)", ["Order Portal"]),
        ("CRM - via MQ", ["CRM"]),
        ("Billing (SOAP) + CRM (read only)", ["Billing", "CRM"]),
        ("Research & Development", ["Research & Development"]),
    ],
)
def test_what_is_written_means_the_things_that_are_known(written, names):
    assert meant(written) == names


@pytest.mark.parametrize(
    "written",
    [
        "Billing and Payroll",  # the one is in no list
        "CRM (Test)",  # another thing of the same name
        "CRM (old)",
        "CRM - HR",
        "Portal",
        "Order",
        "see the architecture document",
    ],
)
def test_what_is_not_known_whole_stays_as_written(written):
    assert meant(written) == [written]


def test_what_was_written_stands_beside():
    assets = asset_records({"name": "CRM"})
    (row,) = resolve_references(
        relation_records({"source": "x", "target": "CRM (REST)"}), assets
    ).to_dicts()
    assert (row["target"], row["detail"]) == ("CRM", "CRM (REST)")


def test_a_name_with_a_separator_is_put_together_again():
    rows = (
        ("Search", "Research & Development; Billing"),
        ("Research & Development", "Audit/Log"),
        ("Audit/Log", ""),
        ("Billing", "R + D"),
    )
    edges = records_of(table(["Application", "Depends On"], *rows)).relations
    assert edges.select("source", "target").rows() == [
        ("Search", "Research & Development"),
        ("Search", "Billing"),
        ("Research & Development", "Audit/Log"),
        ("Billing", "R"),
        ("Billing", "D"),
    ]


def test_an_application_is_known_by_its_id():
    header = ["Application ID", "Application Name", "Depends On"]
    rows = (("APP-01", "Shop", "app-02, APP-03"), ("APP-02", "Cart", ""), ("APP-03", "Bank", ""))
    edges = records_of(table(header, *rows)).relations
    assert edges.select("source", "target").rows() == [("Shop", "Cart"), ("Shop", "Bank")]


@pytest.mark.parametrize(
    "word",
    [
        *("ALL", "N/A", "n.a", "TBD", "(TBD)", "TBD - ask Joe", "None.", "?", "all (see list)"),
        *("no dependencies", "Standalone", "various systems", "see above", "keine"),
    ],
)
@pytest.mark.parametrize("header", [["Application", "Depends On"], ["Source", "Target"]])
def test_a_word_for_nothing_is_no_thing(header, word):
    records = records_of(table(header, ("shop", word), ("cart", "shop")))
    assert records.relations.select("source", "target").rows() == [("cart", "shop")]


@pytest.mark.parametrize("name", ["X (Twitter)", "All-Hands", "NA - Northern App", "Anyware"])
def test_a_name_that_begins_like_a_word_for_nothing_is_one(name):
    records = records_of(table(["Application", "Depends On"], ("shop", name)))
    assert records.relations["target"].to_list() == [name]


WORDS = st.sampled_from(
    ["a", "b", "c & d", "a/b", "a and b", "1. a", "a (x)", "c", "d", "e, a", "b via a"]
)
ENDS = st.lists(st.tuples(WORDS, WORDS), max_size=6)


def rows_of(pairs):
    return [
        {"line": line, "source": source, "target": target}
        for line, (source, target) in enumerate(pairs)
    ]


@given(ENDS, st.lists(WORDS, max_size=3))
def test_no_relation_is_lost(pairs, names):
    assets = asset_records(*({"name": name} for name in names))
    settled = resolve_references(relation_records(*rows_of(pairs)), assets)
    assert set(settled["line"]) == set(range(len(pairs)))


@given(ENDS, st.lists(WORDS, max_size=3, unique=True), st.randoms())
def test_what_is_meant_does_not_depend_on_the_order_of_records(pairs, names, random):
    rows, assets = rows_of(pairs), [{"name": name} for name in names]
    shuffled, others = (random.sample(some, len(some)) for some in (rows, assets))
    ends = ["line", "source", "target"]
    one = resolve_references(relation_records(*rows), asset_records(*assets)).select(ends)
    other = resolve_references(relation_records(*shuffled), asset_records(*others)).select(ends)
    assert one.sort(ends).equals(other.sort(ends))
