"""Whatever repeats a column of the catalogue repeats all of its table."""

import inspect
import re

import polars as pl
import pytest

from discovery_dagster.api.routes import assets, dependencies, quality
from discovery_dagster.client import Session
from discovery_dagster.domain.fields import ATTRIBUTE_FIELDS
from discovery_dagster.domain.graph import graphml
from discovery_dagster.domain.steps import BY_KEY, STEPS
from discovery_dagster.domain.tables import ATTRIBUTES, shown
from discovery_dagster.domain.tables.declaring import count, share, text
from discovery_dagster.domain.tables.shown import SHOWN
from discovery_dagster.domain.tables.table import Table
from discovery_dagster.domain.tables.validation import WrongRowsError, validate
from discovery_dagster.domain.tables.vocabularies import vocabulary
from discovery_dagster.domain.tables.words import Outcome
from discovery_dagster.pages import inventory
from discovery_dagster.reference import load
from discovery_dagster.store.exports import LISTINGS
from discovery_dagster.store.publications import STEP_TABLES

TABLES = {table.name: table for step in STEPS for table in step.frames.values()} | {
    f"shown {table.name}": table for table in SHOWN.values()
}
STORED = {
    f"discovery.{table}": BY_KEY[step].frames[frame]
    for step, frames in STEP_TABLES.items()
    for table, frame in frames.items()
}
CLIENT = sorted(SHOWN.keys() & {name for name, _ in inspect.getmembers(Session)})


@pytest.mark.parametrize("name", TABLES)
def test_each_column_says_in_a_sentence_what_it_holds(name):
    table: Table = TABLES[name]
    for sentence in (table.doc, *(column.doc for column in table.columns.values())):
        assert re.fullmatch(r"[A-Z0-9`].*\.", sentence), sentence


@pytest.mark.parametrize("name", TABLES)
def test_a_key_has_no_gaps_and_vocabularies_have_words(name):
    for column in TABLES[name].columns.values():
        assert not (column.key and column.nullable)
        assert column.words is None or len(vocabulary(column.words)) > 1


def test_each_table_that_is_shown_can_be_listed():
    assert LISTINGS.keys() == SHOWN.keys()


@pytest.mark.parametrize("name", LISTINGS)
def test_a_column_that_is_shown_is_one_of_the_rows_or_has_an_expression(name):
    listing = LISTINGS[name]
    if listing.table in STORED:
        assert listing.shown.keys() - listing.columns.keys() <= STORED[listing.table].keys()
    assert listing.columns.keys() <= listing.shown.keys()


def test_objects_that_a_list_makes_have_the_fields_of_the_catalogue():
    objects = {
        (name, column): set(re.findall(r"'(\w+)',", arguments))
        for name, listing in LISTINGS.items()
        for arguments, column in re.findall(
            r"jsonb_build_object\(((?:[^()]|\n)*).*?\) as (\w+)", listing.joins, re.DOTALL
        )
    }
    assert objects == {
        (name, column): set(LISTINGS[name].shown.columns[column].fields)
        for name, column in (("files", "tables"), ("rejects", "reasons"), ("assets", "sources"))
    }


def test_objects_of_the_api_have_fields_of_the_catalogue():
    for model, column in (
        (assets.Source, shown.ASSETS.columns["sources"]),
        (dependencies.Evidence, shown.DEPENDENCIES.columns["evidence"]),
        (dependencies.Candidate, shown.DEPENDENCIES.columns["source_candidates"]),
        (dependencies.EndpointCandidate, shown.ENDPOINTS.columns["candidates"]),
        (quality.Reason, shown.REJECTS.columns["reasons"]),
    ):
        allowed = model.model_config.get("extra") == "allow"
        assert set(model.model_fields) == set(column.fields) or allowed, model
        assert set(model.model_fields) <= set(column.fields), model


@pytest.mark.parametrize("name", CLIENT)
def test_the_client_says_which_columns_it_answers(name):
    text = inspect.getdoc(getattr(Session, name)) or ""
    named = set(re.findall(r"`(\w+)`", text))
    assert named - SHOWN[name].keys() <= {
        *("appeared", "not_seen", "source_absent", "changed", "asset", "edge", "plan")
    }
    if "and more" not in text:
        assert SHOWN[name].keys() - named == set(), f"Session.{name}"


@pytest.mark.parametrize(
    ("table", "attributes"),
    [(shown.NODES, graphml._NODE), (shown.DEPENDENCIES, graphml._EDGE)],
)
def test_columns_of_the_graph_are_attributes_in_graphml(table, attributes):
    assert {*attributes, *graphml._NO_ATTRIBUTES} >= table.keys()


#: Attributes that the page of the inventory leaves to the page of the asset.
NOT_LISTED = {"domain", "smbios_uuid", "provider_id", "custom"}


def test_each_attribute_of_an_asset_has_a_kind_of_cell_and_headers():
    fields = ATTRIBUTES.keys() - {"custom"}
    assert fields == ATTRIBUTE_FIELDS.keys()
    assert fields - load("synonyms")["assets"].keys() == set()


def test_a_model_may_propose_each_attribute_but_the_scope_of_a_name():
    assert ATTRIBUTES.keys() - {"custom", "scope"} - load("prompts/fields").keys() == set()


def test_the_page_of_the_inventory_can_show_each_attribute():
    assert ATTRIBUTES.keys() - NOT_LISTED - set(inventory.COLUMNS) == set()


def test_assets_can_be_filtered_by_each_attribute_that_is_a_text_and_shown():
    texts = {name for name, kind in ATTRIBUTES.items() if kind == pl.String()} - {"custom"}
    assert texts & shown.ASSETS.keys() - assets.AssetSelection.model_fields.keys() == set()


def test_each_filter_of_a_list_of_assets_is_one_of_its_rows():
    listing = LISTINGS["assets"]
    asked = assets.AssetSelection.model_fields.keys() - {"q", "sort"}
    assert asked - listing.filters.keys() - listing.limits.keys() == set()


THINGS = Table(
    "things",
    doc="One row per thing.",
    columns={
        "thing": text(key=True, doc="Its name."),
        "part": count(key=True, doc="Its part."),
        "sure": share(nullable=True, doc="How sure it is."),
        "outcome": text(words=Outcome, nullable=True, doc="What became of it."),
    },
)
GOOD = [("a", 1, 0.0, "accepted"), ("a", 2, 1.0, "rejected"), ("b", 1, None, None)]


def things(*rows):
    return pl.DataFrame(rows, schema=dict(THINGS), orient="row")


def test_rows_that_are_as_declared_are_valid():
    validate(things(*GOOD), THINGS)
    validate(things(), THINGS)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("a", 2, 0.5, None), "key (thing, part) repeated"),
        ((None, 3, 0.5, None), "thing missing"),
        (("c", 3, -0.1, None), "sure below 0"),
        (("c", 3, 1.1, None), "sure above 1"),
        (("c", 3, 0.5, "secret"), "outcome outside its vocabulary"),
    ],
)
def test_rows_that_are_otherwise_are_refused_in_counts_and_without_cells(row, fault):
    with pytest.raises(WrongRowsError) as refused:
        validate(things(*GOOD, row), THINGS)
    assert str(refused.value) == f"things: {fault} in 1 of 4 rows."
    assert "secret" not in str(refused.value)
