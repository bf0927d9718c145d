"""Discovery's own formats that are data are in the language that people teach formats in."""

import pytest

from discovery_dagster import reference
from discovery_dagster.domain import formats
from discovery_dagster.domain.formats.declared import declarations
from discovery_dagster.domain.teaching import TaughtFormat
from discovery_dagster.domain.teaching.declaring import IMPLIED
from discovery_dagster.domain.teaching.reading import read_format, read_formats, write_format
from discovery_dagster.domain.teaching.recognising import declare
from discovery_dagster.domain.words import fold
from discovery_dagster_tests.domain.sources import table
from discovery_dagster_tests.domain.teaching.taught import AT, read

FILES = sorted(reference.load_folder("formats"))


@pytest.mark.parametrize("file", FILES)
def test_each_file_is_right_by_the_rules_for_what_people_teach(file):
    text = reference.ROOT.joinpath("formats", file).read_text("utf-8")
    for declared in read_formats(text, own=True):
        assert declarations()[declared.format] == declared


def test_no_name_is_declared_twice():
    names = [each["format"] for file in reference.load_folder("formats").values() for each in file]
    assert len(names) == len(set(names)) == len(declarations())
    assert names and set(names) <= formats.FORMATS.keys()


@pytest.mark.parametrize("name", declarations())
def test_what_is_shown_of_each_is_a_format_that_a_person_can_teach_under_another_name(name):
    own = declarations()[name].model_copy(update={"format": "own.format"})
    assert read_format(write_format(own)) == own
    known = formats.FORMATS[name]
    taught = declare(TaughtFormat(1, own, "ann", "as it is", AT))
    assert {header: rule.field for header, rule in taught.columns.items()}.items() >= {
        header: rule.field for header, rule in known.columns.items()
    }.items()
    for part in ("kind", "headers", "sheets", "asset_type", "type_patterns", "exclusions"):
        assert getattr(taught, part) == getattr(known, part), part


def test_a_format_that_was_shown_and_taught_under_another_name_reads_the_same():
    shown = write_format(declarations()["device42.devices"])
    text = shown.replace("format: device42.devices", "format: own.devices")
    header = ["Name", "Serial No", "Service Level", "Memory", "OS", "Room", "Owner"]
    source = table(header, ("web-01", "S1", "Production", "2048", "RHEL 8", "R1", "Ann"))
    before, *_ = read(source)
    after, _, grains = read(source, TaughtFormat(1, read_format(text), "ann", "ours", AT))
    assert grains["format"].to_list() == ["own.devices"]
    assert after.assets.drop("format").to_dicts() == before.assets.drop("format").to_dicts()


def test_formats_that_a_taught_one_is_based_on_anyway_exist():
    assert {name for name in IMPLIED if name != formats.UNRECOGNISED.name} <= formats.FORMATS.keys()


def test_the_columns_that_tell_a_format_are_folded_words():
    for declared in declarations().values():
        names = [*declared.columns, *declared.header, *declared.or_sheets]
        names += [name for several in declared.headers for name in several]
        assert [name for name in names if fold(name) != name] == [], declared.format
