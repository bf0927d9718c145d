import subprocess
import sys

import dagster as dg

from discovery_dagster.definitions import defs
from discovery_dagster.domain.steps import STEPS


def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def test_each_step_is_a_dagster_asset_made_from_the_steps_it_says():
    found = specs()
    assert list(found) == sorted(step.key for step in STEPS) or set(found) == {
        step.key for step in STEPS
    }
    for step in STEPS:
        above = {dependency.asset_key.to_user_string() for dependency in found[step.key].deps}
        assert above == set(step.upstream), step.key


def test_each_dagster_asset_says_what_it_is_and_whose():
    for spec in specs().values():
        assert spec.description
        assert spec.owners == ["team:discovery"]
        assert spec.group_name == "discovery"
        assert spec.kinds
        assert spec.code_version
        assert spec.partitions_def is not None
        assert spec.metadata["dagster/column_schema"].schema.columns


def test_each_schedule_and_sensor_says_what_it_is_for():
    repository = defs.get_repository_def()
    assert all(each.description for each in (*repository.schedule_defs, *repository.sensor_defs))


def test_the_accounting_is_checked():
    checks = {key.name for key in defs.resolve_asset_graph().asset_check_keys}
    assert "every_record_is_accounted_for" in checks


def test_loading_the_definitions_imports_no_crewai():
    code = "import sys, discovery_dagster.definitions; sys.exit('crewai' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
