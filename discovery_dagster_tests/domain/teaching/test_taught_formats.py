"""A taught format is read like one of Discovery's own, and says where it comes from."""

from dataclasses import replace
from datetime import timedelta

from discovery_dagster.domain.decisions.grains import GrainDecision, key_of
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.decisions.taught_formats import FormatDecision, digest, in_force
from discovery_dagster.domain.grain import Grain
from discovery_dagster.domain.teaching.deciding import concerning
from discovery_dagster.domain.teaching.recognising import rivals
from discovery_dagster_tests.domain.sources import counts, table
from discovery_dagster_tests.domain.teaching.taught import AT, SERVERS, read, taught

LIST = table(
    ["UMG_KZ", "ARB_SP", "RCHN_BZ", "NEU"], ["P", "8192", "pay", "x"], ["T", "4096", "db", ""]
)


def test_fields_units_and_codes_are_read_in_any_order_of_columns_beside_new_ones():
    records, mapping, grains = read(LIST, taught(SERVERS))
    assert records.assets.select("name", "memory_gb", "environment", "format").rows() == [
        ("pay", 8.0, "production", "serverliste"), ("db", 4.0, "T", "serverliste"),
    ]  # fmt: skip
    assert mapping["method"].to_list() == ["format", "format", "format", None]
    assert "format: serverliste, taught by ann: the first list" in mapping["evidence"][0]
    assert grains["reason"][0] == (
        'Format serverliste, taught by ann ("the first list"), says that its records are things.'
    )


def test_without_the_format_the_table_is_read_as_before():
    assert counts(read(LIST)[0]) == {"ignored": 2}


def test_a_table_without_one_of_the_columns_that_tell_it_is_of_another_format():
    other = table(["RCHN_BZ", "UMG_KZ"], ["pay", "P"])
    assert read(other, taught(SERVERS))[2]["format"][0] != "serverliste"


def test_rows_and_words_that_do_not_count_are_left_out_with_the_reason():
    text = SERVERS + (
        "empty_words: [k.A.]\n"
        "exclusions: [{column: UMG_KZ, words: [X], reason: It was scrapped.}]\n"
    )
    source = table(["RCHN_BZ", "ARB_SP", "UMG_KZ"], ["pay", "K.A.", "P"], ["old", "1", "x"])
    records = read(source, taught(text))[0]
    assert records.assets.select("name", "memory_gb").rows() == [("pay", None)]
    assert records.outcomes["reason"].to_list() == [None, "It was scrapped."]


RELATIONS = """\
format: schnittstellen
grain: relation
header: [VON, NACH]
columns: {VON: source, NACH: target}
"""


def ends(records):
    return records.relations.select("source", "target").rows()


def test_the_direction_of_relations_is_taught():
    source = table(["VON", "NACH"], ["app-1", "db-1"])
    assert ends(read(source, taught(RELATIONS))[0]) == [("app-1", "db-1")]
    turned = taught(RELATIONS + "direction: target_needs_source\n")
    assert ends(read(source, turned)[0]) == [("db-1", "app-1")]
    both = taught(RELATIONS + "direction: both\n")
    assert sorted(ends(read(source, both)[0])) == [("app-1", "db-1"), ("db-1", "app-1")]


def test_phrases_are_taught_beside_those_that_are_known():
    text = RELATIONS.replace("target}", "target, ART: relation}") + (
        "phrases:\n  zapft an: depends_on\n"
        "  wird gezapft: {relation: depends_on, direction: target_needs_source}\n"
    )
    source = table(
        ["VON", "ART", "NACH"], ["a", "zapft an", "b"], ["c", "Wird gezapft", "d"],
        ["e", "runs on", "f"], ["g", "blubbert", "h"],
    )  # fmt: skip
    records = read(source, taught(text))[0]
    assert records.relations.select("source", "relation", "target").rows() == [
        ("a", "depends_on", "b"), ("d", "depends_on", "c"), ("e", "runs_on", "f"),
    ]  # fmt: skip
    assert counts(records) == {"accepted": 3, "rejected": 1}


def test_records_of_flows_details_and_nothing_are_taught():
    flows = (
        "format: log\ngrain: flow\nheader: [Q, Z]\n"
        "columns: {Q: source_address, Z: target_address, P: port}\n"
    )
    source = table(["Q", "Z", "P"], ["10.0.0.1", "10.0.0.2", "443"])
    records = read(source, taught(flows))[0]
    assert records.relations.select("source_address", "target_address", "port", "kind").rows() == [
        ("10.0.0.1", "10.0.0.2", 443, "observed")
    ]
    detail = read(LIST, taught(SERVERS.replace("grain: thing", "grain: detail")))[0]
    assert detail.assets["detail"].all()
    nothing = read(LIST, taught(SERVERS.replace("grain: thing", "grain: nothing")))[0]
    assert counts(nothing) == {"ignored": 2}
    assert "taught by ann" in nothing.outcomes["reason"][0]


TOOL = replace(
    table(["VM", "Powerstate", "CPUs", "Memory", "Host"], ["web-01", "poweredOn", "2", "4096"]),
    sheet="vInfo",
)  # fmt: skip


def test_a_format_of_discoverys_own_that_knows_more_of_the_table_keeps_it_and_it_is_said():
    little = taught(
        "format: vms\ngrain: thing\nheader: [VM, Host]\ncolumns: {VM: name, Host: unmapped}\n"
    )
    _, _, grains = read(TOOL, little)
    assert grains["format"][0] == "rvtools.vinfo"
    assert grains["reason"][0].endswith(
        "The taught format vms fits as well and knows less of the table."
    )


def test_a_format_based_on_one_of_discoverys_own_outranks_it_and_keeps_its_rules():
    own = taught(
        "format: rvtools.ours\nbased_on: rvtools.vinfo\ngrain: thing\nheader: [VM, Host]\n"
        "columns: {VM: name, Host: unmapped}\n"
    )
    records, mapping, grains = read(TOOL, own)
    assert records.assets.select("name", "cpu_cores", "declared_type").rows() == [
        ("web-01", 2, "virtual_machine")
    ]
    assert mapping["field"][4] == "unmapped"
    assert "rvtools.vinfo would fit as well" in grains["reason"][0]
    assert "azure_migrate" not in " ".join(rivals(own.declared))


def test_what_people_said_before_the_format_gives_way_to_it_and_what_they_say_later_holds():
    def decided(days):
        at = AT + timedelta(days=days)
        grain = GrainDecision(1, key_of(LIST.header), Grain.NOTHING, None, "a", None, "bob", at)
        column = MappingDecision("serverliste", "neu", "NEU", "description", True, "bob", at)
        return {"grains": [grain], "decisions": [column]}

    records, mapping, _ = read(LIST, taught(SERVERS), **decided(-1))
    assert (counts(records), mapping["field"][3]) == ({"accepted": 2}, "unmapped")
    records, mapping, _ = read(LIST, taught(SERVERS), **decided(1))
    assert (counts(records), mapping["method"][3]) == ({"ignored": 2}, "person")


def test_the_last_decision_about_a_name_holds_until_it_is_taken_back():
    def decision(number, name, text=SERVERS):
        return FormatDecision(number, name, text, "ann", "why", AT)

    one, two, other = decision(1, "a"), decision(2, "a"), decision(3, "b")
    assert in_force([one, two, other]) == [two, other]
    assert in_force([one, two, other, decision(4, "a", None)]) == [other]
    known = [taught(SERVERS, 2)]
    assert concerning(known, [["arb_sp", "RCHN-BZ", "x"]]) == known
    assert concerning(known, [["RCHN_BZ"]]) == []
    assert digest([]) is None
    assert digest([2]) != digest([3])
