"""What becomes of a model's answers, whoever gave them."""

from datetime import date

import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.classification import classify, sentences
from discovery_dagster.domain.fields import FIELDS, UNMAPPED
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.proposals import (
    PROPOSED,
    UNDECIDED,
    Answer,
    Answers,
    Usage,
    columns,
    counts,
)
from discovery_dagster.domain.proposals.columns import field_meanings, propose_fields
from discovery_dagster.domain.proposals.types import propose_types
from discovery_dagster_tests.domain.rows import inventory_assets
from discovery_dagster_tests.domain.sources import table


class Sure:
    """Answers every question with the same word, and is very sure of it."""

    def __init__(self, value: str, *, accepts: bool = False) -> None:
        self.value, self.accepts, self.asked = value, accepts, []

    def propose(self, questions, values, abstention):
        self.asked.extend(questions)
        assert abstention in values
        status = UNDECIDED if self.value == abstention else PROPOSED
        value = None if status == UNDECIDED else self.value
        answer = Answer(value, 1.0, "It says so.", None, status, "m", "p", "r")
        return Answers([answer] * len(questions), Usage(calls=1))


def columns_of(proposer, header, *rows):
    source = table(header, *rows)
    table_format = formats.recognise(source)
    mapped = map_table(0, source, table_format)
    shown, proposals, _ = propose_fields([(source, table_format)], mapped, proposer)
    return {row["column"]: row for row in shown.iter_rows(named=True)}, proposals.rows(named=True)


ROWS = (("web-1", "00:1b:21:3a:4c:5d", "blue", ""), ("web-2", "00:1b:21:3a:4c:5e", "red", ""))
HEADER = ("Hostname", "Zorblax", "Quux", "Leer")


def test_only_columns_are_asked_about_that_nobody_knows_and_that_hold_something():
    proposer = Sure("description")
    shown, proposals = columns_of(proposer, HEADER, *ROWS)
    assert [question.facts["header"] for question in proposer.asked] == ["Zorblax", "Quux"]
    assert proposer.asked[0].context["beside"] == ["Hostname = hostname"]
    assert [row["column"] for row in proposals] == ["Zorblax", "Quux"]
    assert shown["Hostname"]["method"] != columns.MODEL
    assert (shown["Quux"]["status"], shown["Quux"]["confidence"]) == (PROPOSED, 0.5)


def test_a_proposal_is_accepted_by_setting_where_the_values_could_be_little_else():
    shown, proposals = columns_of(Sure("mac_addresses", accepts=True), HEADER, *ROWS)
    assert [(row["column"], row["status"]) for row in proposals] == [
        ("Zorblax", "accepted"),
        ("Quux", "proposed"),
    ]
    assert proposals[0]["reason"] == "The values of the column read as mac_addresses."
    assert shown["Zorblax"]["status"] == "accepted"
    assert shown["Zorblax"]["transform"] == "macs"


def test_amounts_in_bytes_are_no_evidence_as_memory_and_storage_share_them():
    rows = (("web-1", "64 GB"), ("web-2", "512 GB"))
    _, proposals = columns_of(Sure("memory_gb", accepts=True), ("Hostname", "Zorblax"), *rows)
    assert {row["status"] for row in proposals} == {PROPOSED}


@pytest.mark.parametrize("header", ["Gateway Zorblax", "zorblax_dns", "Old Zorblax"])
def test_addresses_of_a_neighbour_are_no_evidence(header):
    rows = (("web-1", "10.0.0.1"), ("web-2", "10.0.0.2"))
    shown, proposals = columns_of(Sure("ip_addresses", accepts=True), ("Hostname", header), *rows)
    assert [row["status"] for row in proposals] == [PROPOSED] * len(proposals)
    assert shown[header]["status"] != "accepted" or not proposals


def test_text_is_never_evidence():
    _, proposals = columns_of(Sure("business_owner", accepts=True), HEADER, *ROWS)
    assert {row["status"] for row in proposals} == {PROPOSED}


def test_a_field_that_another_column_has_is_not_accepted_beside_it():
    header, rows = ("Hostname", "Serial Number", "UUID", "Zorblax"), [
        (f"web-{at}", f"CZJ8260{at}", f"4c4c4544-0034-3310-8052-b4c04f46383{at}",
         f"4c4c4544-0034-3310-8052-c4c04f46383{at}")
        for at in range(2)
    ]  # fmt: skip
    shown, proposals = columns_of(Sure("smbios_uuid", accepts=True), header, *rows)
    assert shown["UUID"]["field"] == "smbios_uuid"
    assert [(row["column"], row["status"]) for row in proposals] == [("Zorblax", PROPOSED)]


def test_what_cannot_be_told_stays_unmapped():
    shown, proposals = columns_of(Sure(UNMAPPED), HEADER, *ROWS)
    assert {row["status"] for row in proposals} == {UNDECIDED}
    assert shown["Quux"]["field"] == UNMAPPED
    assert shown["Quux"]["status"] == "accepted"


def test_without_a_model_nothing_is_asked_and_nothing_changes():
    source = table(HEADER, *ROWS)
    table_format = formats.recognise(source)
    mapped = map_table(0, source, table_format)
    shown, proposals, usage = propose_fields([(source, table_format)], mapped, None)
    assert shown.equals(mapped)
    assert proposals.is_empty()
    assert counts(proposals, usage) == {}


def test_every_field_that_may_be_proposed_is_one():
    assert set(field_meanings()) <= {*FIELDS, UNMAPPED}


def judged(*assets):
    rows = [{"asset_id": str(at), **asset} for at, asset in enumerate(assets)]
    return classify(inventory_assets(*rows), date(2026, 9, 1))


def test_assets_of_unknown_type_are_asked_about_and_stay_unknown():
    assets = judged({"name": "Wallboard"}, {"name": "db-1", "declared_type": "database"})
    proposer = Sure("application", accepts=True)
    same, proposals, _ = propose_types(assets, proposer)
    assert [question.facts for question in proposer.asked] == [{"name": "Wallboard"}]
    assert same.equals(assets)
    assert proposals.select("asset_id", "name", "rules", "value", "status").rows() == [
        ("0", "Wallboard", "unknown", "application", PROPOSED)
    ]


@pytest.fixture
def disputed():
    """An asset about which two rules disagree, and the type that each says."""
    assets = judged({"name": "x", "vendor": "Cisco", "model": "Catalyst 9300 Firepower 2110"})
    (code,) = [code for code in assets["rationale"][0] if code.startswith("type:")]
    assert code.startswith("type:disputed/")
    return assets, code


#: Disputes in which a model is no independent evidence, and what each side says.
ONE_SIDED = {
    "it saw the model, not the MAC address": (
        {"name": "x", "model": "PowerEdge R740", "mac_addresses": ["00:50:56:aa:bb:cc"]},
        ("server", "virtual_machine"),
    ),
    "it goes by the name, as one rule does": (
        {"name": "fin-sw-01", "vendor": "Fortinet"},
        ("network_device",),
    ),
}


@pytest.mark.parametrize("case", ONE_SIDED)
def test_a_model_that_saw_one_side_settles_no_dispute(case):
    asset, sides = ONE_SIDED[case]
    assets = judged(asset)
    assert "type:disputed" in str(assets["rationale"].item())
    for side in sides:
        settled, proposals, _ = propose_types(assets, Sure(side, accepts=True))
        assert settled.equals(assets)
        assert proposals["status"].item() == PROPOSED


def test_a_dispute_between_rules_is_settled_by_setting_where_the_model_saw_both_sides(disputed):
    assets, _ = disputed
    settled, proposals, _ = propose_types(assets, Sure("security_device", accepts=True))
    (asset,) = settled.rows(named=True)
    assert asset["type"] == "security_device"
    assert 0 < asset["confidence"] < 1.0  # the rule's, not the model's
    assert proposals["reason"].item().startswith("Rule ")
    assert "a language model agrees" in " ".join(sentences(asset))
    assert "unknown: the rules" not in " ".join(sentences(asset))


@pytest.mark.parametrize(
    ("value", "accepts"), [("security_device", False), ("storage", True), ("unknown", True)]
)
def test_a_dispute_is_settled_by_nothing_else(disputed, value, accepts):
    assets, _ = disputed
    settled, _, _ = propose_types(assets, Sure(value, accepts=accepts))
    assert settled.equals(assets)
