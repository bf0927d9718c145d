"""Whether machines can be moved as they are, and which cells say so."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster import reference
from discovery_dagster.domain import readiness
from discovery_dagster.domain.readiness.wording import readiness_sentences
from discovery_dagster.domain.tables import INVENTORY_MEMBERS, READINESS
from discovery_dagster.domain.tables.validation import validate
from discovery_dagster.domain.tables.words import Readiness
from discovery_dagster_tests.domain.rows import asset_records, classified_assets, frame
from discovery_dagster_tests.searching import examples

READY, CONDITIONS, NOT_READY = "ready", "ready_with_conditions", "not_ready"
GOOD = {
    "os_name": "Red Hat Enterprise Linux",
    "os_version": "9.4",
    "os_family": "linux",
    "eol_status": "supported",
    "virtual": True,
}


def judge(custom=None, **asset):
    """The row of one machine that one record describes."""
    row = {"name": "sv1", "os_name_text": "RHEL 9", **GOOD, **asset}
    text = json.dumps(custom, separators=(",", ":")) if custom else None
    records = asset_records({"name": "sv1", "os_name": row["os_name"], "custom": text})
    members = frame(
        INVENTORY_MEMBERS, [{"asset_id": "sv1", "record": 0, "file": "a.csv", "line": 2}]
    )
    judged = readiness.assess(classified_assets(row), records, members)
    validate(judged, READINESS)
    return judged.row(0, named=True)


def found(row, target="generic"):
    return {one["rule"]: one for one in row["findings"] if one["target"] == target}


def at(row, target):
    return next(one["readiness"] for one in row["targets"] if one["target"] == target)


def test_a_machine_that_nothing_speaks_against_is_ready_everywhere():
    row = judge({"Raw device mappings": "0", "Snapshots": "0", "VMware Tools": "toolsOk"})
    assert {one["readiness"] for one in row["targets"]} == {"ready"} == {row["readiness"]}


@pytest.mark.parametrize(
    ("custom", "rule", "verdict"),
    [
        ({"Raw device mappings": "1"}, "raw_device_mappings", "ready_with_conditions"),
        ({"Independent disks": "2"}, "independent_disks", "ready_with_conditions"),
        ({"Shared disks": "1"}, "shared_disks", "ready_with_conditions"),
        ({"Snapshots": "3"}, "snapshots", "ready_with_conditions"),
        ({"Connected CD drives": "1"}, "mounted_media", "ready_with_conditions"),
        ({"Connected USB devices": "1"}, "usb_devices", "not_ready"),
        ({"HW version": "7"}, "hardware_version", "ready_with_conditions"),
        ({"HW version": "vmx-08"}, "hardware_version", "ready_with_conditions"),
        ({"VMware Tools": "toolsNotRunning"}, "tools", "ready_with_conditions"),
        ({"Largest disk MiB": "83886080"}, "large_disk", "not_ready"),
    ],
)
def test_what_speaks_against_a_move_stands_on_its_cell(custom, rule, verdict):
    row = judge(custom)
    finding = found(row)[rule]
    assert row["readiness"] == finding["readiness"] == verdict
    ((column, value),) = custom.items()
    assert (finding["file"], finding["line"]) == ("a.csv", 2)
    assert (finding["column"], finding["value"]) == (column, value)


@pytest.mark.parametrize(
    ("asset", "rule", "verdict"),
    [
        ({"eol_status": "ended"}, "out_of_support", "ready_with_conditions"),
        ({"eol_status": "extended"}, "extended_support", "ready_with_conditions"),
        ({"eol_status": "unknown"}, "support_unknown", "unknown"),
        ({"os_name": None}, "system_unknown", "unknown"),
        ({"type": "server", "virtual": False}, "physical", "ready_with_conditions"),
        ({"os_family": "ibm_i"}, "other_processor", "not_ready"),
        ({"os_name_text": "AIX 7.2"}, "unix_processor", "not_ready"),
        ({"os_name_text": "Windows 7 (32-bit)"}, "bits", "ready_with_conditions"),
    ],
)
def test_what_a_machine_is_speaks_against_a_move(asset, rule, verdict):
    row = judge(**asset)
    assert (row["readiness"], found(row)[rule]["readiness"]) == (verdict, verdict)


def test_targets_differ_by_their_limits_and_by_what_they_are_strict_about():
    large = judge({"Largest disk MiB": str(20_000 * 1024)})
    assert [at(large, name) for name in ("aws", "azure", "google")] == [
        "not_ready",
        "ready",
        "ready",
    ]
    assert "AWS takes 16,384 GiB at most" in found(large, "aws")["large_disk"]["sentence"]
    independent = judge({"Independent disks": "1"})
    assert at(independent, "azure") == "not_ready"
    assert at(independent, "aws") == independent["readiness"] == "ready_with_conditions"


@pytest.mark.parametrize(
    ("release", "generic", "aws", "azure", "google"),
    [
        (("windows", "Windows Server 2012 R2", "2012 R2"), READY, READY, READY, NOT_READY),
        (("windows", "Windows Server 2008", "2008"), READY, READY, CONDITIONS, NOT_READY),
        (("windows", "Windows Server 2008 R2", "2008 R2"), READY, READY, READY, NOT_READY),
        (("linux", "Red Hat Enterprise Linux", "7"), READY, READY, READY, READY),
        (("linux", "Red Hat Enterprise Linux", "7.6"), READY, READY, READY, NOT_READY),
        (("linux", "Red Hat Enterprise Linux", "4.9"), READY, NOT_READY, CONDITIONS, NOT_READY),
        (("linux", "SUSE Linux Enterprise Server", "12 SP3"), READY, READY, READY, NOT_READY),
        (("linux", "CentOS Stream", "9"), READY, READY, READY, READY),
        (("linux", "Ubuntu", "26.04"), READY, READY, READY, READY),
        (("unix", "FreeBSD", "13.2"), READY, CONDITIONS, CONDITIONS, CONDITIONS),
        (("linux", "Linux", None), READY, READY, READY, READY),
    ],
)
def test_each_target_takes_releases_of_its_own(release, generic, aws, azure, google):
    family, name, version = release
    row = judge(os_family=family, os_name=name, os_version=version)
    verdicts = [at(row, target) for target in ("generic", "aws", "azure", "google")]
    assert verdicts == [generic, aws, azure, google]


def test_a_release_that_is_too_old_is_named_with_its_version():
    row = judge(os_version="6.10")
    sentence = found(row, "google")["system_too_old"]["sentence"]
    assert sentence.startswith(
        "Red Hat Enterprise Linux 6.10 is older than the releases that Google"
    )


def test_what_is_not_ready_outweighs_what_is_unknown_and_that_outweighs_conditions():
    assert judge({"Connected USB devices": "1"}, os_name=None)["readiness"] == "not_ready"
    assert judge({"Snapshots": "1"}, os_name=None)["readiness"] == "unknown"


def test_an_explanation_names_cells_and_what_is_different_elsewhere():
    sentences = readiness_sentences(judge({"Independent disks": "1"}))
    assert sentences[0] == "Ready with conditions."
    assert sentences[1].endswith("change their mode first. (a.csv line 2, Independent disks)")
    assert sentences[2].startswith("Azure: not ready.")


def test_what_is_no_machine_is_not_judged():
    records = asset_records({"name": "Shop"})
    members = frame(INVENTORY_MEMBERS, [])
    apps = classified_assets({"name": "Shop", "type": "application"})
    assert readiness.assess(apps, records, members).is_empty()


@pytest.mark.parametrize(
    ("measures", "cores", "sentence"),
    [
        ({"CPU P95 %": "40"}, 5, "95 % of the time 40 % of its 8 cores or less are in use"),
        ({"Peak CPU %": "52,5"}, 5, "At most 52.5 % of its 8 cores were in use"),
        ({"CPU P95 %": "10", "Peak CPU %": "90"}, 2, "95 % of the time"),
        ({"Average CPU %": "12"}, None, "which says nothing of its peak: no size is derived"),
    ],
)
def test_a_size_comes_of_the_percentile_or_the_peak_and_names_its_rule(measures, cores, sentence):
    row = judge(measures, cpu_cores=8)
    assert row["sized_cores"] == cores
    assert sentence in row["sizing"][0]


def test_a_deployment_is_as_ready_as_its_least_ready_part():
    assert readiness.worst(["ready", "ready_with_conditions", "not_ready"]) == "not_ready"
    assert readiness.worst([]) == "unknown"


def test_rules_and_targets_are_complete_data():
    rules = reference.load("readiness")
    words = [one.value for one in Readiness]
    assert sorted(rules["order"]) == sorted(words)
    for rule in rules["rules"]:
        assert rule["verdict"] in words
        assert rule["sentence"].endswith(".")
        assert rule.get("fact", rule.get("missing")) in rules["facts"]
    known = {rule["id"] for rule in rules["rules"]}
    limits = reference.load("targets")["generic"]["limits"]
    names = {system["name"] for system in reference.load("operating_systems")["systems"]}
    for target in reference.load("targets").values():
        assert target["source"]
        assert isinstance(target["read"], date)
        assert target.get("verdicts", {}).keys() <= known
        assert target["limits"].keys() <= limits.keys()
        assert all(isinstance(first, str) for first in target.get("systems", {}).values())
        assert target.get("systems", {}).keys() <= names


HEADERS = st.from_regex(r"zz[a-z]{1,8}( [a-z]{1,8})?", fullmatch=True)
VERDICTS = st.sampled_from(["ready_with_conditions", "not_ready", "unknown"])


@settings(max_examples=examples(20), deadline=None)
@given(HEADERS, st.integers(0, 40), st.integers(0, 40), VERDICTS)
def test_a_fact_a_rule_and_a_target_are_data_and_need_no_code(header, value, limit, verdict):
    rules, targets = reference.load("readiness"), reference.load("targets")
    rule = {"id": "new", "fact": "new", "above": "new_limit", "verdict": verdict}
    words = {"sentence": "{target} takes {limit}, not {value}."}
    target = {"name": "Moon", "limits": {"new_limit": limit}, "source": "none"}
    with pytest.MonkeyPatch.context() as changed:
        changed.setitem(rules["facts"], "new", {"columns": [header]})
        changed.setitem(rules, "rules", [*rules["rules"], rule | words])
        changed.setitem(targets, "moon", target)
        row = judge({header.title(): str(value)})
    assert "new" not in found(row) and row["readiness"] == "ready"
    assert at(row, "moon") == (verdict if value > limit else "ready")
    if value > limit:
        finding = found(row, "moon")["new"]
        assert finding["sentence"] == f"Moon takes {limit}, not {value}."
        assert (finding["line"], finding["column"]) == (2, header.title())
