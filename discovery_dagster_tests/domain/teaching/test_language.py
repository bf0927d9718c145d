"""What is wrong with a format is said in one sentence that names line and key."""

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.teaching.reading import read_format, read_formats, write_format
from discovery_dagster.domain.teaching.text import FormatError
from discovery_dagster_tests.domain.teaching.taught import SERVERS, problem_of
from discovery_dagster_tests.searching import examples


def changed(old: str, new: str) -> str:
    assert old in SERVERS
    return SERVERS.replace(old, new)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed("unit: MB", "unit: MBB"), "line 6, columns.ARB_SP.unit: `MBB` is no unit; `MB`"),
        (changed("memory_gb", "memory"), "line 6, columns.ARB_SP.field: `memory` is no field;"),
        (changed("{field: memory_gb", "{feld: memory_gb"), "line 6, columns.ARB_SP.feld: there is"),
        (changed("grain: thing", "grain: server"), "line 2, grain: `server` is none of thing,"),
        (changed("grain: thing", "grain: undecided"), "line 2, grain: nobody has said"),
        (changed("grain: thing\n", ""), "line 1, grain: it is missing."),
        (changed("[RCHN_BZ, ARB_SP]", "RCHN_BZ"), "line 3, header: a list is needed, such as"),
        (changed("[RCHN_BZ, ARB_SP]", "[RCHN_BZ]"), "line 3, header: one column alone"),
        (changed("[RCHN_BZ, ARB_SP]", "[RCHN_BZ, X]"), "line 3, header[2]: `X` does not stand"),
        (changed("RCHN_BZ: name", "RCHN_BZ: vendor"), "line 4, columns: no column names"),
        (changed("RCHN_BZ: name", "RCHN_BZ: [name]"), "line 5, columns.RCHN_BZ: keys with"),
        (changed("RCHN_BZ: name", "RCHN_BZ: source"), "line 5, columns.RCHN_BZ: source is of"),
        (changed("P: production", "P: [x]"), "line 7, columns.UMG_KZ.words.P: a text is needed"),
        (changed("serverliste", "Server Liste"), "line 1, format: `Server Liste` is no name"),
        (changed("serverliste", "generic.assets"), "line 1, format: `generic.assets` is a format"),
        (SERVERS + "type: servr\n", "line 8, type: `servr` is no type of assets; `server` may"),
        (SERVERS + "grain: thing\n", "line 8, grain: the key stands twice."),
        (SERVERS + "  rchn bz: name\n", "line 8, columns.rchn bz: it is the same header as"),
        (SERVERS + "direction: both\n", "line 8, direction: only tables of relations"),
        (SERVERS + "based_on: rvtools.vinf\n", "line 8, based_on: `rvtools.vinf` is no format"),
        (SERVERS + "exclusions: [{column: X, words: [a], reason: G.}]\n", "exclusions[1].column"),
        (SERVERS + "exclusions: [{column: UMG_KZ, reason: G.}]\n", "words: name the words, or"),
        (changed("header: [RCHN_BZ, ARB_SP]\n", ""), "line 1, header: it is missing."),
        (SERVERS[: SERVERS.index("columns")], "line 1, columns: it is missing."),
        (SERVERS + "headers: [[RCHN_BZ, '-']]\n", "line 8, headers[1][2]: `-` has no letters"),
        (SERVERS + "types: {shared: device_rols}\n", "`device_rols` is no list of types; `device"),
        (SERVERS + "types: {containing: {esx: srv}}\n", "line 8, types.containing.esx: `srv` is"),
        (SERVERS + "types: {feld: name}\n", "types.feld: there is no such key; there are field,"),
        (SERVERS + "ends: servr\n", "line 8, ends: `servr` is no type of assets;"),
        (SERVERS + "opened: true\n", "line 8, opened: only tables of flows have it."),
        (SERVERS + "others: hidden\n", "line 8, others: `hidden` is none of read, unmapped."),
        (SERVERS + "---\n" + SERVERS, "line 9, format: `serverliste` stands twice in this file."),
        ("- a\n", "line 1: a format is keys with values"),
        ("a: b: c\n", "line 1: it is no valid YAML: mapping values are not allowed"),
        ("", "line 1: it declares no format."),
    ],
)  # fmt: skip
def test_each_fault_names_its_line_and_its_key(text, sentence):
    problem = problem_of(text)
    assert sentence in problem
    assert problem.endswith(".")
    assert "\n" not in problem


BOMB = "a: &a [x, x]\n" + "".join(
    f"{later}: &{later} [*{name}, *{name}]\n"
    for name, later in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BOMB, "`&a` is an anchor"),
        (changed("name", "*name"), "`*name` is an anchor"),
        (changed("name", "!!python/object/apply:os.system [id]"), "is a tag"),
        (changed("name", "{<<: {field: name}}"), "columns.RCHN_BZ.<<: there is no such key"),
        ("a: " + "[" * 100_000, "nested deeper than 8 levels"),
        ("a: " + "{a: " * 100_000, "nested deeper than 8 levels"),
        ("x" * 600_000, "longer than 500000 characters"),
        ("a: [" + "x," * 60_000 + "]", "more than 50000 keys and values"),
        ("a: \0", "characters that no text has"),
        ("? [a, b]\n: c\n", "a key is a text"),
    ],
    ids=["bomb", "alias", "tag", "merge", "lists", "objects", "long", "many", "nul", "key"],
)  # fmt: skip
def test_a_hostile_text_is_refused_quickly_and_in_a_sentence(text, sentence):
    began = time.process_time()
    assert sentence in problem_of(text)
    assert time.process_time() - began < 2


@settings(max_examples=examples(60), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["format", "grain", "columns", "header", "field", "words", "RCHN_BZ"]
                )
                | st.text(max_size=5),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_yaml_is_a_format_or_one_sentence(content):
    try:
        read_formats(yaml.safe_dump(content, allow_unicode=True))
    except FormatError as error:
        assert str(error).startswith("line ")


@settings(max_examples=examples(60), deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=200), st.text(max_size=20), max_size=5))
def test_what_is_written_is_read_again_whatever_headers_and_words_are(words):
    declared = read_format(SERVERS)
    column = declared.columns["UMG_KZ"].model_copy(update={"words": words})
    other = declared.model_copy(update={"columns": {**declared.columns, "UMG_KZ": column}})
    assert read_format(write_format(other)) == other
