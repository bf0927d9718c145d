"""A draft says what was understood: kept unchanged, it changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import formats
from discovery_dagster.domain.readers import read_file
from discovery_dagster.domain.teaching import TaughtFormat
from discovery_dagster.domain.teaching.drafting import draft
from discovery_dagster.domain.teaching.reading import read_format, read_formats
from discovery_dagster_tests.domain.grain.lists import LISTS
from discovery_dagster_tests.domain.sources import table
from discovery_dagster_tests.domain.teaching.taught import AT, problem_of, read
from discovery_dagster_tests.searching import examples

pytestmark = pytest.mark.pipeline


def drafted(source) -> str:
    return draft([(source, formats.recognise(source) or formats.UNRECOGNISED)])


def said(records):
    return (
        records.assets.drop("format").to_dicts(),
        records.relations.drop("format", strict=False).to_dicts(),
        records.outcomes.drop("reason").to_dicts(),
    )


def unchanged(source) -> bool:
    """Whether a draft, kept as it is, gives the same records; one of an undecided table is not."""
    before, _, grains = read(source)
    text = drafted(source)
    if grains["status"][0] == "waiting":
        return "nobody has said what a row is" in problem_of(text)
    known = TaughtFormat(1, read_format(text), "ann", "drafted", AT)
    after, _, taught = read(source, known)
    return taught["format"][0] == known.name and said(before) == said(after)


NAMES = st.sampled_from(["web-01", "web-02", "db-01", "app-9.corp.local", "10.0.0.7", ""])
COLUMNS = {
    "Name": NAMES, "Hostname": NAMES, "Server": NAMES, "RCHN_BZ": NAMES, "Application": NAMES,
    "Runs on": NAMES, "Source": NAMES, "Target": NAMES, "Depends on": NAMES,
    "IP Address": st.sampled_from(["10.1.0.1", "10.1.0.2, 10.1.0.3", "n/a", ""]),
    "OS": st.sampled_from(["RHEL 8", "Windows Server 2019", "?", ""]),
    "Memory": st.sampled_from(["4096", "8 GB", "16", "x", ""]),
    "Memory (MB)": st.sampled_from(["4096", "8192", ""]),
    "CPUs": st.sampled_from(["2", "4", "x", ""]), "vCPU": st.sampled_from(["2", "4", "8"]),
    "Type": st.sampled_from(["VM", "Server", "Database", "Blub", ""]),
    "Environment": st.sampled_from(["Prod", "Test", "P", ""]),
    "Virtual": st.sampled_from(["yes", "no", ""]),
    "Status": st.sampled_from(["running", "retired", "akt", ""]),
    "Relationship": st.sampled_from(["runs on", "used by", "blub", ""]),
    "Finding": st.sampled_from(["SSH weak", "OpenSSL old", ""]),
    "Severity": st.sampled_from(["high", "low"]), "BEM": st.text(max_size=6),
}  # fmt: skip


@st.composite
def tables(draw):
    header = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=2, max_size=6, unique=True))
    rows = draw(st.lists(st.tuples(*(COLUMNS[name] for name in header)), min_size=1, max_size=5))
    return table(header, *[[cell or None for cell in row] for row in rows], file="liste.csv")


@settings(max_examples=examples(60), deadline=None)
@given(tables())
def test_a_draft_that_is_kept_unchanged_gives_the_same_records(source):
    before, _, _ = read(source)
    try:
        read_format(drafted(source))
    except ValueError as error:
        # It would have to be corrected first: nothing names what the table holds.
        assert "nobody has said" in str(error) or before.assets.is_empty(), error
        return
    assert unchanged(source)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_drafts_of_lists_of_all_kinds_change_nothing(name, tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text(LISTS[name].text)
    (source,) = read_file(path, path.name).tables
    assert unchanged(source)


def test_a_draft_shows_values_what_else_a_column_may_be_and_what_nobody_decided():
    source = table(["ETIKETT", "ADR", "GR"], ["web-01", "10.0.0.1", "2"], ["db-01", "", "4"])
    text = drafted(source)
    assert "  # web-01 | db-01" in text
    assert "grain: undecided" in text
    assert "  ETIKETT: {field: name, proposed: true}" in text
    others = "cpu_cores or memory_gb or storage_gb (the values are numbers)"
    assert f"  # 2 | 4   -- perhaps {others}" in text


def test_secrets_and_signs_of_cells_and_headers_do_no_harm_in_a_draft():
    wicked = "x\nexclusions: [{column: Name, words: [a], reason: b}]\u2028y\x85\x1b[31m"
    source = table(
        ["Name", "Password", wicked, "on", "a: b #c"], ["web-01", "hunter2", wicked, "1", "#"],
        ["web-02", "hunter3", wicked, "2", "\t- x"], file=f"{wicked}.csv", sheet=wicked,
    )  # fmt: skip
    text = drafted(source)
    (declared,) = read_formats(text)
    assert list(declared.columns) == list(source.header)
    assert declared.exclusions == []
    assert "hunter" not in text
    assert "\x1b" not in text


def test_each_table_of_a_file_is_a_document_with_a_name_of_its_own():
    both = [
        (source, formats.recognise(source) or formats.UNRECOGNISED)
        for source in (table(["Name", "OS"], ["a-1", "x"]), table(["Name", "BEM"], ["b-1", "y"]))
    ]
    assert [each.format for each in read_formats(draft(both))] == ["a", "a-2"]
