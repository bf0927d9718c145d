"""Files for other tools are read back, by this project's own readers, as what was written."""

import io
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import formats, handover
from discovery_dagster.domain.handover import aws, azure, konveyor
from discovery_dagster.domain.readers import read_file
from discovery_dagster.domain.tabular import without_guard
from discovery_dagster.domain.values.notations import TWO_PARTS, without_decorations
from discovery_dagster_tests.domain.sources import records_of_files
from discovery_dagster_tests.searching import examples


def asset(name, kind="application", **fields):
    return {
        "id": f"id-{name}", "name": name, "type": kind, "description": None,
        "business_owner": None, "os_name": None, "os_version": None, "product": None,
        "criticality": "unknown", "environment": "unknown", "hostname": None, "fqdn": None,
        "ip_addresses": [], "mac_addresses": [], "cpu_cores": None, "memory_gb": None,
        "applications": [], "wave": None,
    } | fields  # fmt: skip


def edge(source, target, relation="depends_on"):
    return {"source_id": f"id-{source}", "target_id": f"id-{target}", "relation": relation}


def read_back(folder, intake):
    path = folder / "handover.csv"
    text = io.StringIO(newline="")
    handover.write(text, intake)
    path.write_text(text.getvalue(), newline="")
    (table,) = read_file(path, path.name).tables
    records = records_of_files(path)
    # AWS takes machines that no host name stands for by their identifier.
    assert set(records.issues["code"]) <= {"no_name"}
    assert records.outcomes["outcome"].to_list() == ["accepted"] * len(intake.rows)
    return formats.recognise(table).name, records


SHOP = [
    asset("Shop, old", description="Sells\nthings", business_owner="Ann Lee <ann@acme.example>",
          os_name="Ubuntu", os_version="22.04", product="Tomcat", criticality="high"),
    asset("crm", business_owner="Sales"),
    asset("billing"),
    asset("db-1", "database"),
    asset("web-1", "server"),
]  # fmt: skip
NEEDS = [
    edge("Shop, old", "crm"),
    edge("Shop, old", "crm", "connects_to"),
    edge("crm", "billing"),
    edge("billing", "crm"),
    edge("crm", "crm"),
    edge("crm", "db-1"),
    edge("crm", "web-1", "runs_on"),
]


def test_konveyor_gets_applications_and_what_they_depend_on(tmp_path):
    handed_over = konveyor.hand_over(SHOP, NEEDS)
    name, records = read_back(tmp_path, handed_over)
    assert name == "konveyor.applications"
    assets = records.assets.select("name", "description", "business_owner", "os_name", "product")
    assert assets.rows() == [
        ("Shop, old", "Sells things", "Ann Lee <ann@acme.example>", "Ubuntu 22.04", "Tomcat"),
        ("crm", None, None, None, None),
        ("billing", None, None, None, None),
    ]
    assert records.relations.select("source", "relation", "target").rows() == [
        ("Shop, old", "depends_on", "crm"),
        ("crm", "depends_on", "billing"),
        ("billing", "depends_on", "crm"),
    ]


def test_what_konveyor_cannot_hold_is_said():
    handed_over = konveyor.hand_over([*SHOP, asset("CRM"), asset("=cmd()")], NEEDS)
    assert handed_over.left_out == {
        konveyor.NO_APPLICATION: ["db-1", "web-1"],
        handover.REPEATED: ["CRM"],
        handover.FORMULA: ["=cmd()"],
    }
    assert handed_over.notes == [
        "1 dependencies are left out: an end is no application.",
        "1 pairs need each other; Konveyor refuses the second of each.",
    ]


MACHINES = [
    asset("db-1", "server", hostname="db-1", fqdn="db-1.acme.example", cpu_cores=16,
          memory_gb=128.0, os_name="Windows Server", os_version="2019",
          ip_addresses=["10.0.0.1", "2001:db8::1"],
          mac_addresses=["00:1b:21:3a:4c:5d", "00:1b:21:3a:4c:5e"], wave=2,
          applications=["shop", "crm"]),
    asset("web-1", "virtual_machine", hostname="web-1", cpu_cores=2, memory_gb=0.5,
          os_name="Ubuntu", os_version="22.04"),
    asset("bare", "server"),
    asset("shop"),
]  # fmt: skip
SAID = ("ip_addresses", "mac_addresses", "cpu_cores", "memory_gb", "os_name", "os_version")


def said_of(records, names):
    known = {row["name"]: row for row in records.assets.iter_rows(named=True)}
    return [{field: known[name][field] for field in SAID} for name in names]


def written_of(assets):
    return [{field: one[field] for field in SAID} for one in assets]


def test_aws_gets_servers_by_ids_that_stay(tmp_path):
    handed_over = aws.hand_over(MACHINES, [])
    name, records = read_back(tmp_path, handed_over)
    assert name == "aws.discovery_import"
    assert handed_over.left_out == {aws.NO_MACHINE: ["shop"]}
    assert records.assets["provider_id"].to_list() == ["id-db-1", "id-web-1", "id-bare"]
    assert records.assets["hostname"].to_list() == ["db-1", "web-1", "bare"]
    assert records.assets["fqdn"].to_list() == ["db-1.acme.example", None, None]
    assert records.assets["applications"].to_list() == [["shop", "crm"], [], []]
    assert [
        {field: row[field] for field in SAID} for row in records.assets.iter_rows(named=True)
    ] == written_of(MACHINES[:3])


def test_azure_gets_servers_of_which_it_can_tell_the_size(tmp_path):
    handed_over = azure.hand_over(MACHINES, [])
    name, records = read_back(tmp_path, handed_over)
    assert name == "azure_migrate.import"
    assert handed_over.left_out == {azure.INCOMPLETE: ["bare"], aws.NO_MACHINE: ["shop"]}
    assert said_of(records, ["db-1", "web-1"]) == written_of(MACHINES[:2])
    types = records.assets.select("name", "declared_type").rows()
    assert types == [("db-1", "server"), ("web-1", "virtual_machine")]


NAMES = st.text(
    st.characters(categories=("L", "Nd", "P", "S"), exclude_characters="=+-@'"), min_size=3
).filter(lambda name: name == name.strip() and any(char.isalpha() for char in name))


@pytest.mark.parametrize("tool", [konveyor, aws, azure])
@given(names=st.lists(NAMES, max_size=5, unique_by=str.casefold))
def test_every_asset_is_in_the_file_or_named_as_left_out(tool, names):
    kinds = ("application", "server", "virtual_machine", "unknown", "server")
    assets = [
        asset(name, kind, cpu_cores=1, memory_gb=1.0, os_name="Ubuntu")
        for name, kind in zip(names, kinds, strict=False)
    ]
    handed_over = tool.hand_over(assets, [])
    left = [name for listed in handed_over.left_out.values() for name in listed]
    held = len([row for row in handed_over.rows if row[0] != "2"])
    assert held + len(left) == len(names)
    assert all(len(row) == len(handed_over.columns) for row in handed_over.rows)
    assert set(left) <= set(names)


def as_read(text):
    """The text of a cell without the apostrophe that keeps a spreadsheet from a formula."""
    return without_guard(handover.line(text))


def as_tools_write_names(name):
    """Whether it has a notation that reading takes away: Docker's `/web`, Windows' `CORP\\web`."""
    cells = pl.Series([as_read(name)])
    decorated = without_decorations(cells).to_list() != cells.to_list()
    return decorated or cells.str.contains(TWO_PARTS).item()


#: Commas, quotes, line breaks, formulas and names longer than a host name can be. None begins with
#: a quote: where all names of a list do, it is taken for one that a tool has put there.
HOSTILE = st.one_of(
    st.text(st.sampled_from("aB1,;\"'\n\t=+-@ é漢|/\\#<&"), min_size=1, max_size=12),
    st.text(st.sampled_from("xyz "), min_size=300, max_size=310),
).filter(
    lambda name: (
        sum(char.isalpha() for char in name) > 1
        and name.strip()[0] not in {"'", '"'}
        and not as_tools_write_names(name)
    )
)


@pytest.mark.parametrize("tool", [konveyor, aws, azure])
@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.lists(HOSTILE, min_size=1, max_size=5, unique=True))
def test_whatever_assets_are_called_they_are_read_back_as_they_were_written(tool, names, tmp_path):
    kind = "application" if tool is konveyor else "server"
    facts = {"cpu_cores": 1, "memory_gb": 1.0, "os_name": "Ubuntu"}
    assets = [asset(name, kind, **facts) for name in names]
    needs = [edge(one, other) for one, other in pairwise(names)]
    handed_over = tool.hand_over(assets, needs)
    left = {name for listed in handed_over.left_out.values() for name in listed}
    held = [name for name in names if name not in left]
    if not held:
        return
    _, records = read_back(tmp_path, handed_over)
    if tool is aws:
        assert records.assets["provider_id"].to_list() == [as_read(f"id-{name}") for name in held]
    else:
        assert records.assets["name"].to_list() == [as_read(name) for name in held]
    if tool is konveyor:
        kept = [ends for ends in pairwise(names) if not left & {*ends}]
        assert records.relations.select("source", "target").rows() == [
            tuple(map(as_read, ends)) for ends in kept
        ]


def test_names_that_differ_in_white_space_or_case_alone_are_one_to_tools_that_tell_by_name():
    handed_over = konveyor.hand_over([asset("a b"), asset("A\nb")], [])
    assert handed_over.left_out == {handover.REPEATED: ["A\nb"]}


@pytest.mark.parametrize("name", ["x" * 254, "Shop, old", "a b"])
def test_a_name_that_no_host_can_have_is_left_out_of_aws_and_said(name):
    handed_over = aws.hand_over([asset(name, "server")], [])
    assert handed_over.rows[0][3] is None
    assert handed_over.notes[0].startswith("1 names that no host can have are left out")


def test_free_text_that_could_be_a_formula_is_guarded():
    text = io.StringIO(newline="")
    handover.write(text, konveyor.hand_over([asset("crm", description="=HYPERLINK(1)")], []))
    assert ",'=HYPERLINK(1)," in text.getvalue()
