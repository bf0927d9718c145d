"""What a person says that a row of a table is outranks its values, and holds for its kind."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from discovery_dagster.domain import formats, intake
from discovery_dagster.domain.canonical import canonicalise
from discovery_dagster.domain.decisions.grains import (
    GrainDecision,
    concerning,
    digest,
    in_force,
    key_of,
)
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.grain import Grain
from discovery_dagster_tests.domain.sources import counts, table

AT = datetime(2026, 1, 1, tzinfo=UTC)


def decision(header, grain, name=None, number=1):
    return GrainDecision(number, key_of(header), grain, name, "a.csv", None, "ann", AT)


def read(source, *decisions, mapping=()):
    known = [(source, formats.recognise(source) or formats.UNRECOGNISED)]
    frames = intake.understand(known, lambda *_: None, mapping, decisions)
    grains = frames["grains"]
    return canonicalise(intake.as_decided(known, grains), frames["mapping"]), grains


WAITING = table(["Etykieta", "Stan"], ["abc-web-01", "akt"], ["abc-db-01", "nie"])


def test_a_waiting_table_is_read_once_a_person_says_what_a_row_is():
    records, grains = read(WAITING, decision(["Stan", "ETYKIETA"], Grain.THING, "etykieta"))
    assert records.assets["name"].to_list() == ["abc-web-01", "abc-db-01"]
    assert (grains["status"][0], grains["method"][0]) == ("decided", "person")


def test_an_accepted_name_alone_lets_a_waiting_table_be_read():
    decision = MappingDecision("unrecognised", "etykieta", "Etykieta", "name", True, "ann", AT)
    records, _ = read(WAITING, mapping=[decision])
    assert counts(records) == {"accepted": 2}


def test_two_accepted_ends_make_a_waiting_table_one_of_relations():
    unknown = table(["Alfa", "Beta"], ["app-1", "db-1"], ["app-2", "db-1"])
    decisions = [
        MappingDecision("unrecognised", "alfa", "Alfa", "source", True, "ann", AT),
        MappingDecision("unrecognised", "beta", "Beta", "target", True, "ann", AT),
    ]
    records, grains = read(unknown, mapping=decisions)
    assert grains["grain"][0] == "relation"
    assert records.relations.select("source", "target").rows() == [
        ("app-1", "db-1"), ("app-2", "db-1"),
    ]  # fmt: skip


@pytest.mark.parametrize("grain", [Grain.NOTHING, Grain.OBSERVATION, Grain.DETAIL])
def test_a_person_may_say_otherwise_than_the_values(grain):
    servers = table(["Name", "OS"], ["web-01", "RHEL 8"], ["web-02", "RHEL 8"])
    records, grains = read(servers, decision(["Name", "OS"], grain))
    assert grains["grain"][0] == grain.value
    assert records.assets.is_empty() == (grain is Grain.NOTHING)
    assert records.assets["detail"].all() == (grain is not Grain.OBSERVATION)


def test_a_tool_says_what_its_tables_hold_and_a_person_only_that_they_are_not_read():
    tool = table(
        ["VM", "Powerstate", "CPUs", "Memory", "Host"], ["web-01", "poweredOn", "2", "4", "e"]
    )
    source = replace(tool, sheet="vInfo")
    _, grains = read(source, decision(source.header, Grain.RELATION))
    assert (grains["grain"][0], grains["method"][0]) == ("thing", "format")
    records, grains = read(source, decision(source.header, Grain.NOTHING))
    assert counts(records) == {"ignored": 1}


def test_the_last_decision_about_the_same_columns_holds_until_it_is_taken_back():
    one = decision(["a", "b"], Grain.THING, number=1)
    two = decision(["b", "a"], Grain.NOTHING, number=2)
    other = decision(["a"], Grain.THING, number=3)
    assert in_force([one, two, other]) == [two, other]
    assert in_force([one, two, other, decision(["a", "b"], None, number=4)]) == [other]
    assert concerning([two, other], [["A", "B"]]) == [two]
    assert digest([]) is None
    assert digest([one]) != digest([two])
