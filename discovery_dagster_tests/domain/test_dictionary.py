"""Words of a client: what Discovery knows of them, and cells that are read by its dictionary."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import classification, formats, identity, intake
from discovery_dagster.domain.canonical import canonicalise
from discovery_dagster.domain.canonical.words import source_words
from discovery_dagster.domain.decision_workbook.open_words import part_places, questions_of_words
from discovery_dagster.domain.dictionary import Dictionary, HeldWord, WordDecision, key_of
from discovery_dagster.domain.dictionary.decisions import concerning, digest, in_force
from discovery_dagster.domain.dictionary.fields import (
    NOTHING,
    DictionaryError,
    fields,
    meanings,
    read_field,
    read_meaning,
    read_word,
)
from discovery_dagster.domain.dictionary.vocabulary import known_meanings, near_meaning
from discovery_dagster.domain.tables import INVENTORY_CONFLICTS
from discovery_dagster_tests.domain.rows import classified_assets
from discovery_dagster_tests.domain.sources import table

HEADER = ("Name", "Type", "Environment", "Criticality", "Tier", "Status", "Location")
FIELDS = ("type", "environment", "criticality", "tier", "status", "location")
PLACES = ("Frankfurt", "Lyon", NOTHING)


def entry(field, word, meaning, number=1, author="ann", reason="the handbook"):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return WordDecision(number, field, word, meaning, author, reason, "command line", at)


def understood(source):
    known = [(source, formats.recognise(source) or formats.UNRECOGNISED)]
    frames = intake.understand(known, lambda *_: None)
    return intake.as_decided(known, frames["grains"]), frames["mapping"]


def read(source, *entries, like=None):
    """The records of a table, its columns mapped like those of another, or by itself."""
    tables, mapping = understood(like or source)
    tables = [(source, table_format) for _, table_format in tables]
    return canonicalise(tables, mapping, dictionary=Dictionary(entries))


def words_of(source):
    return source_words(*understood(source)).to_dicts()


@st.composite
def estates(draw):
    """Records in invented codes, the meaning of each code, and the same records in known words."""
    codes: dict[tuple[str, str], str] = {}
    coded, plain = list[list[str | None]](), list[list[str | None]]()
    for at in range(draw(st.integers(1, 8))):
        coded.append([f"thing-{at:02}"])
        plain.append([f"thing-{at:02}"])
        for field in FIELDS:
            meaning = draw(st.sampled_from([*(meanings(field) or PLACES), None]))
            if meaning is None:
                coded[-1].append(None)
                plain[-1].append(None)
                continue
            code = codes.setdefault((field, meaning), f"ZQ{len(codes)}")
            coded[-1].append(draw(st.sampled_from([code, code.lower(), f" {code} "])))
            known = meaning if field == "location" else meaning.replace("_", " ")
            plain[-1].append(None if meaning == NOTHING else known)
    entries = [entry(field, code, meaning) for (field, meaning), code in codes.items()]
    return table(HEADER, *coded), entries, table(HEADER, *plain)


@settings(max_examples=10)  # each reads two tables
@given(estates())
def test_a_table_all_of_whose_words_are_answered_is_one_in_words_that_discovery_knows(estate):
    coded, entries, plain = estate
    by_dictionary = read(coded, *entries, like=plain)
    known = read(plain)
    assert by_dictionary.assets.drop("translations").equals(known.assets.drop("translations"))
    assert by_dictionary.outcomes.equals(known.outcomes)
    assert known.assets["translations"].list.len().sum() == 0


@settings(max_examples=10)
@given(st.lists(st.sampled_from(meanings("relation")), min_size=1, max_size=6))
def test_phrases_that_are_answered_give_the_relations_that_known_phrases_give(chosen):
    known = {
        "depends_on": ("depends on", "used by"), "runs_on": ("runs on", "hosts"),
        "member_of": ("member of", "members"), "connects_to": ("connects to", "fed by"),
        "uses_storage": ("uses storage", "provides storage for"),
        "replicates_to": ("replicates to", "replica of"),
    }  # fmt: skip
    plain = {
        worded: phrases[turned]
        for relation, phrases in known.items()
        for turned, worded in enumerate((f"source {relation} target", f"target {relation} source"))
    } | {NOTHING: "related to"}
    header = ("Source", "Target", "Relation")
    rows = [(f"app-{at}", f"db-{at}") for at in range(len(chosen))]
    codes = {meaning: f"zq {at}" for at, meaning in enumerate(meanings("relation"))}
    coded = table(header, *((*ends, codes[one]) for ends, one in zip(rows, chosen, strict=True)))
    written = table(header, *((*ends, plain[one]) for ends, one in zip(rows, chosen, strict=True)))
    entries = [entry("relation", code, meaning) for meaning, code in codes.items()]
    by_dictionary, by_phrases = read(coded, *entries, like=written), read(written)
    assert by_dictionary.relations.drop("phrase").equals(by_phrases.relations.drop("phrase"))
    assert by_dictionary.outcomes["outcome"].equals(by_phrases.outcomes["outcome"])
    for phrase in by_dictionary.relations["phrase"]:
        assert phrase.partition(" (")[0] in codes.values(), "cited as written"
        assert "by the client's dictionary, as ann decided on 2026-03-01" in phrase


@pytest.mark.parametrize("field", fields())
def test_each_meaning_is_a_word_that_its_field_knows(field):
    if field in ("location", "relation"):
        return
    words = [meaning.replace("_", " ") for meaning in meanings(field) if meaning != NOTHING]
    known = known_meanings(field, words)
    assert known == {word: word.replace(" ", "_") for word in words}


def test_the_reason_names_word_column_meaning_author_day_and_what_was_overruled():
    source = table(("Name", "Class"), ("a", "Firewall"), ("b", "firewall"), ("c", "router"))
    records = read(source, entry("type", "FIREWALL", "application")).assets
    assert records["declared_type"].to_list() == ["application", "application", "network_device"]
    first, second, other = records["translations"].to_list()
    assert first == [
        "Type: `Firewall` in `Class` means application by the client's dictionary, as ann decided"
        " on 2026-03-01: the handbook; without it, security device."
    ]
    assert "`firewall`" in second[0]
    assert other in (None, [])


def test_the_reason_stands_beside_the_type_of_the_asset():
    source = table(("Name", "Class"), ("a", "ORAINS"), ("b", "router"))
    records = read(source, entry("type", "ORAINS", "database"))
    known = identity.resolve("acme.exit", records.assets, records.relations, {})
    judged = classification.classify(known.assets, date(2026, 3, 1))
    sentences = {row["name"]: classification.sentences(row) for row in judged.to_dicts()}
    assert sentences["a"][0] == "Type database: declared as `database`."
    assert "`ORAINS` in `Class` means database" in sentences["a"][-1]
    assert not any("dictionary" in sentence for sentence in sentences["b"])


def test_only_case_and_blanks_make_spellings_of_one_word():
    assert key_of(" Ora  Ins ") == key_of("ORA INS")
    assert len({key_of(word) for word in ("A", "A+", "A-", "ora-ins", "ora ins")}) == 5


def test_the_last_decision_about_a_word_holds_until_it_is_taken_back():
    log = [
        entry("type", "X1", "server", 1), entry("type", "x1", "storage", 2),
        entry("tier", "X1", "web", 3), entry("tier", "X1", None, 4),
    ]  # fmt: skip
    (holds,) = in_force(log)
    assert holds.meaning == "storage"
    assert concerning([holds], {("type", "x1")}) == [holds]
    assert concerning([holds], {("environment", "x1"), ("type", "x2")}) == []
    assert digest([holds]) != digest([log[0]])
    assert digest([]) is None


@pytest.mark.parametrize(
    ("field", "text", "meaning"),
    [
        ("type", "Virtual Machine", "virtual_machine"),
        ("relation", "Source depends on target", "source depends_on target"),
        ("status", "out of service", "out_of_service"),
        ("location", "  Frankfurt  am Main ", "Frankfurt am Main"),
        ("environment", "NOTHING", NOTHING),
    ],
)
def test_a_meaning_is_read_whatever_its_case_and_separators(field, text, meaning):
    assert read_meaning(field, text) == meaning


def test_what_cannot_be_is_told_in_one_sentence_with_what_can():
    with pytest.raises(DictionaryError, match=r"no meaning of a type; allowed are server, .*"
                       r"database.* Nearest: database"):  # fmt: skip
        read_meaning("type", "databse")
    with pytest.raises(DictionaryError, match="source depends_on target, target depends_on source"):
        read_meaning("relation", "depends on")
    with pytest.raises(DictionaryError, match="is no field: use type, environment"):
        read_field("colour")
    with pytest.raises(DictionaryError, match="There is no word"):
        read_word("  ")
    with pytest.raises(DictionaryError, match="at most 200 characters"):
        read_word("x" * 201)


def test_words_are_counted_once_for_all_spellings_with_what_is_known_of_them():
    source = table(
        ("Name", "Class", "Environment"),
        ("a", "ORAINS", "Prod"), ("b", "orains", "P1"), ("c", "Datenbnak", "P1"), ("d", "n/a", ""),
    )  # fmt: skip
    words = {(row["field"], row["word"]): row for row in words_of(source)}
    assert set(words) == {
        ("type", "ORAINS"), ("type", "Datenbnak"), ("environment", "Prod"), ("environment", "P1"),
    }  # fmt: skip
    first = words["type", "ORAINS"]
    assert (first["column"], first["rows"], first["names"]) == ("Class", 2, ["a", "b"])
    assert (first["meaning"], first["near"]) == (None, None)
    assert words["type", "Datenbnak"]["near"] == "database"
    assert words["environment", "Prod"]["meaning"] == "production"


def test_what_a_word_is_made_of_or_spelled_like_is_proposed_and_short_words_are_not():
    assert near_meaning("type", "Cisco access switch") == "network_device"
    assert near_meaning("environment", "Produktoin") == "production"
    assert near_meaning("relation", "dependz on") == "source depends_on target"
    assert near_meaning("environment", "P1") is None
    assert near_meaning("location", "Frankfurt") is None


def held(field, word, rows=3, **known):
    settled = {"meaning": None, "near": None, "decision": None, **known}
    return HeldWord(
        field, key_of(word), word, rows, ["a.csv"], ["Class"], ["s001"], ["x"], **settled
    )


def test_a_meaning_is_proposed_where_most_things_with_the_word_are_known_otherwise():
    assets = classified_assets(
        *({"name": f"prd-db-{at}", "type": "database", "declared_type_text": "ORAINS",
           "environment_text": "P1"} for at in range(4)),
        {"name": "prd-x", "type": "unknown", "declared_type_text": "ORAINS"},
    )  # fmt: skip
    asked = {("type", "orains"), ("environment", "p1")}
    words = [held("type", "ORAINS", 5), held("environment", "P1", 4)]
    by_type, by_environment = questions_of_words(words, asked, assets, {"prd-x": "database"})
    assert by_type.cells["Proposed"].endswith("of 5 of 5 things")
    assert by_environment.cells["Proposed"].startswith("production: ")
    assert by_type.choices[:2] == ("accept", "server")


def test_a_word_is_no_question_once_it_is_known_or_where_nothing_hangs_on_it():
    assets = classified_assets()
    words = [
        held("status", "Stufe 4"), held("status", "retired", meaning="out_of_service"),
        held("status", "Stufe 5", decision=entry("status", "Stufe 5", "in_service")),
        held("type", "ORAINS"), held("location", "FRA"),
    ]  # fmt: skip
    asked = questions_of_words(words, set(), assets, {})
    assert [each.cells["Word"] for each in asked] == ["Stufe 4"]


def conflict(asset, value, winner, field="location"):
    place = {"file": "a.csv", "sheet": None, "line": 2}
    return [
        {"asset_id": asset, "field": field, "value": winner, **place, "chosen": True},
        {"asset_id": asset, "field": field, "value": value, **place, "chosen": False},
    ]


def test_two_words_for_the_place_of_several_things_are_one_question():
    rows = [
        *conflict("a", "FRA", "Frankfurt"), *conflict("b", "fra", "Frankfurt"),
        *conflict("c", "LYS", "Lyon"), *conflict("d", "FRA", "Berlin", "business_owner"),
    ]  # fmt: skip
    conflicts = pl.DataFrame(rows, schema=dict(INVENTORY_CONFLICTS))
    words = [held("location", "FRA"), held("location", "LYS"), held("location", "Frankfurt")]
    alone, places = part_places(conflicts, words)
    assert alone["asset_id"].unique().sort().to_list() == ["c", "d"]
    (asked,) = questions_of_words(words, set(), classified_assets(), {}, places)
    assert asked.cells["Word"] == "FRA"
    assert asked.cells["Proposed"].startswith("Frankfurt: ")
    assert asked.choices == ()
