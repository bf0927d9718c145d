"""Columns that are not used as what identifies things: on the terminal, in JSON, on the pages."""

import json

import pytest

from discovery_dagster.cli.present import print_import
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.mapping.warnings import column_warnings
from discovery_dagster.domain.state import FileState, SessionState, StepState
from discovery_dagster.pages import quality
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.attention import needed

COUNTS = {
    "assets": 2, "assets_by_type": {}, "unknown": 0, "dependencies": 0, "unresolved": 0,
    "groups": 0, "waves": 0,
}  # fmt: skip
REFUSED = {
    "file": "estate.csv", "sheet": None, "column": "Hostname", "field": "hostname",
    "status": "rejected", "method": "synonym", "conflict": None, "confidence": 0.1, "unit": None,
    "transform": "host", "evidence": ["the values are dates, not names", "2024-01-31"],
}  # fmt: skip
SENTENCE = (
    'The column "Hostname" is not used as hostname, since the values are dates, not names (such as'
    ' "2024-01-31"). To use it, run `discovery mapping accept "estate.csv" "Hostname" hostname`.'
)


def state(not_used):
    names = ("estate.csv", "other.csv")
    return SessionState(
        client="acme",
        engagement="exit",
        session="s001",
        title=None,
        partition_key="acme.exit|s001",
        status="done",
        run_id=None,
        started_at=None,
        finished_at=None,
        error=None,
        files=[
            FileState(name=name, sha256="0", format="generic.assets", records=2, accepted=2,
                      rejected=0, ignored=0, error=None)
            for name in names
        ],
        counts=COUNTS,
        steps=[StepState(step="field_mapping", status="done", counts={"not_used": not_used})],
    )  # fmt: skip


def printed(mapping, capsys, *, as_json):
    print_import(state(0), [], column_warnings(mapping), as_json=as_json)
    return capsys.readouterr().out


def test_an_import_says_on_the_terminal_which_columns_are_not_used(capsys):
    output = " ".join(printed([REFUSED], capsys, as_json=False).split())  # however wide it is
    assert f"estate.csv: {SENTENCE}" in output


def test_an_import_lists_them_in_json_for_the_session_and_for_each_file(capsys):
    document = json.loads(printed([REFUSED], capsys, as_json=True))
    assert [file["warnings"] for file in document["files"]] == [[SENTENCE], []]
    (warning,) = document["warnings"]
    assert (warning["column"], warning["field"], warning["message"]) == (
        "Hostname",
        "hostname",
        SENTENCE,
    )


def test_an_import_without_such_columns_has_no_warnings(capsys):
    accepted = REFUSED | {"status": "accepted"}
    assert json.loads(printed([accepted], capsys, as_json=True))["warnings"] == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, None),
        (1, "1 column that may identify things is not used: names or addresses are missing."),
        (3, "3 columns that may identify things are not used: names or addresses are missing."),
    ],
)
def test_the_session_asks_for_attention_to_them(number, sentence):
    sentences = [item.sentence for item in needed(state(number)) if item.urgency == "bad"]
    assert sentences == ([sentence] if sentence else [])


def test_the_page_of_data_quality_says_each_of_them():
    key = SessionKey.of(EngagementKey("acme", "exit"), "s001")
    page = html(quality.build(key, mapping=[REFUSED])).body.decode()
    assert 'id="columns"' in page
    assert "since the values are dates, not names" in page
    assert 'id="columns"' not in html(quality.build(key)).body.decode()
