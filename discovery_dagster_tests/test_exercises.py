"""The exercises of `docs/exercises.md` that are data alone work as they stand there."""

import re
from datetime import date

import pytest
import yaml

from discovery_dagster.domain import formats
from discovery_dagster.domain.classification import classify, sentences
from discovery_dagster.domain.classification.rules import rules
from discovery_dagster.domain.formats.declaring import table_format
from discovery_dagster.domain.teaching.reading import read_formats
from discovery_dagster.reference import load
from discovery_dagster_tests.domain.rows import inventory_assets
from discovery_dagster_tests.domain.sources import counts, records_of_files
from discovery_dagster_tests.installation import PROJECT


def snippet(language: str) -> str:
    """The only piece of the page in a language."""
    text = (PROJECT / "docs" / "exercises.md").read_text("utf-8")
    [piece] = re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)
    return piece


def test_the_format_reads_its_file(tmp_path, monkeypatch):
    [written] = read_formats(snippet("yaml format"), own=True)
    known = table_format(written, formats.TableFormat(written.format, formats.Kind.ASSETS))
    (tmp_path / "machines.csv").write_text(snippet("csv"))
    monkeypatch.setitem(formats.FORMATS, known.name, known)
    records = records_of_files(tmp_path / "machines.csv")
    assert counts(records) == {"accepted": 2}
    assert records.assets.select("format", "name", "location", "memory_gb").rows() == [
        ("rackwatch.machines", "web-01", "R12", 16.0),
        ("rackwatch.machines", "db-01", "R13", 32.0),
    ]


@pytest.fixture
def with_the_rule(monkeypatch):
    """The rules with that of the page among them."""
    written = load("classification")
    monkeypatch.setitem(written, "rules", [*written["rules"], *yaml.safe_load(snippet("yaml"))])
    rules.cache_clear()
    yield
    monkeypatch.undo()
    rules.cache_clear()


@pytest.mark.usefixtures("with_the_rule")
def test_the_rule_tells_what_a_time_clock_is():
    row = {"asset_id": "1", "name": "x", "vendor": "Chronos", "model": "TimeKeeper 300"}
    [asset] = classify(inventory_assets(row), date(2026, 9, 1)).rows(named=True)
    assert asset["type"] == "other"
    assert sentences(asset)[0] == (
        "Type other: rule time_clock_model, hardware `Chronos TimeKeeper 300`."
    )
