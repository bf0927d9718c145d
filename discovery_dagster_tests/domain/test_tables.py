"""Whatever repeats a column of the catalogue repeats all of its table."""

import inspect
import re

import pytest

from discovery_dagster.api.routes import assets, dependencies, quality
from discovery_dagster.client import Session
from discovery_dagster.domain.graph import graphml
from discovery_dagster.domain.steps import STEPS
from discovery_dagster.domain.tables import shown
from discovery_dagster.domain.tables.shown import SHOWN
from discovery_dagster.domain.tables.table import Table
from discovery_dagster.domain.tables.vocabularies import vocabulary
from discovery_dagster.store.exports import LISTINGS

TABLES = {table.name: table for step in STEPS for table in step.frames.values()} | {
    f"shown {table.name}": table for table in SHOWN.values()
}
CLIENT = sorted(SHOWN.keys() & {name for name, _ in inspect.getmembers(Session)})


@pytest.mark.parametrize("name", TABLES)
def test_each_column_says_in_a_sentence_what_it_holds(name):
    table: Table = TABLES[name]
    for text in (table.doc, *(column.doc for column in table.columns.values())):
        assert re.fullmatch(r"[A-Z0-9`].*\.", text), text


@pytest.mark.parametrize("name", TABLES)
def test_a_key_has_no_gaps_and_vocabularies_have_words(name):
    for column in TABLES[name].columns.values():
        assert not (column.key and column.nullable)
        assert column.words is None or len(vocabulary(column.words)) > 1


def test_each_table_that_is_shown_can_be_listed():
    assert LISTINGS.keys() == SHOWN.keys()


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
