import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml

from discovery_dagster.definitions import defs
from discovery_dagster.defs.assets import ASSETS
from discovery_dagster.defs.code_references import with_code_references
from discovery_dagster.defs.home import PROJECT, dagster_environment
from discovery_dagster.defs.inputs import INPUTS, input_assets
from discovery_dagster.domain.facts import Run
from discovery_dagster.domain.state import has_no_process
from discovery_dagster.domain.steps import STEPS
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def specs() -> dict[str, dg.AssetSpec]:
    by_key = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    return {key: spec for key, spec in by_key.items() if spec.group_name != "inputs"}


def test_each_step_is_a_dagster_asset_made_from_the_steps_it_says():
    by_key = specs()
    assert list(by_key) == sorted(step.key for step in STEPS) or set(by_key) == {
        step.key for step in STEPS
    }
    for step in STEPS:
        above = {dependency.asset_key.to_user_string() for dependency in by_key[step.key].deps}
        outside = {key.to_user_string() for key in input_assets(step)}
        assert above == {*step.upstream, *outside}, step.key


def test_each_dagster_asset_says_what_it_is_and_whose():
    for spec in specs().values():
        assert spec.description
        assert spec.owners == ["team:discovery"]
        assert spec.group_name == "discovery"
        assert spec.kinds
        assert spec.code_version
        assert spec.partitions_def is not None
        columns = spec.metadata["dagster/column_schema"].schema.columns
        assert columns and all(column.description for column in columns)


def test_dagster_shows_what_a_column_must_hold():
    columns = {
        column.name: column.constraints
        for column in specs()["classified_assets"].metadata["dagster/column_schema"].schema.columns
    }
    assert columns["asset_id"].unique and not columns["asset_id"].nullable
    assert columns["memory_gb"].nullable
    assert columns["memory_gb"].other == ["in GiB", "at least 0"]
    assert "at most 1" in columns["confidence"].other
    (words,) = columns["type"].other
    assert words.startswith("one of server, virtual_machine,")


@pytest.mark.parametrize(
    ("layer", "among"),
    [
        ("inputs", "previous_session"),
        ("intake", "source_files"),
        ("estate", "inventory"),
        ("map", "dependencies"),
        ("plan", "migration_plan"),
        ("history", "session_changes"),
    ],
)
def test_the_ui_filters_the_dagster_assets_by_layer(layer, among):
    graph = defs.resolve_asset_graph()
    selection = dg.AssetSelection.from_string(f'tag:"layer"="{layer}"')
    layers = [spec.tags["layer"] for spec in defs.resolve_all_asset_specs()]
    chosen = {key.to_user_string() for key in selection.resolve(graph)}
    if layer == "inputs":  # external assets, which a selection leaves out
        chosen = {spec.key.to_user_string() for spec in INPUTS}
    assert among in chosen
    assert len(chosen) == layers.count(layer)


def code_references(spec: dg.AssetSpec) -> list[dg.LocalFileCodeReference | dg.UrlCodeReference]:
    return spec.metadata["dagster/code_references"].code_references


def test_each_dagster_asset_leads_to_the_line_of_its_body_in_the_checkout():
    for key, spec in specs().items():
        (reference,) = code_references(spec)
        below = Path(reference.file_path).read_text().splitlines()[reference.line_number - 1 :]
        assert below[0].startswith(f'@step_asset("{key}"'), key


def test_each_dagster_asset_leads_to_the_repository_where_one_is_set():
    linked = with_code_references(ASSETS, "https://git.example/discovery/src/tag/1.0/")
    urls = [code_references(spec)[0].url for asset in linked for spec in asset.specs]
    places = [url.removeprefix("https://git.example/discovery/src/tag/1.0/") for url in urls]
    assert all(re.fullmatch(r"discovery_dagster/defs/assets\.py#L\d+", place) for place in places)
    assert len(set(places)) == len(STEPS)


def test_an_installed_package_shows_no_path_of_the_machine(tmp_path):
    installed = with_code_references(ASSETS, None, tmp_path)
    specs = [spec for asset in installed for spec in asset.specs]
    assert all("dagster/code_references" not in spec.metadata for spec in specs)


def test_each_schedule_and_sensor_says_what_it_is_for():
    repository = defs.get_repository_def()
    assert all(each.description for each in (*repository.schedule_defs, *repository.sensor_defs))


def test_the_accounting_is_checked():
    checks = {key.name for key in defs.resolve_asset_graph().asset_check_keys}
    assert "every_record_is_accounted_for" in checks


def test_loading_the_definitions_imports_no_crewai():
    code = "import sys, discovery_dagster.definitions; sys.exit('crewai' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


def test_a_launch_may_take_longer_than_a_run_may_take_to_start():
    """Else it would be launched a second time beside a worker that is only slow."""
    configuration = yaml.safe_load((PROJECT / "dagster.yaml").read_text())
    start = configuration["run_monitoring"]["start_timeout_seconds"]
    environment = dagster_environment(Settings(), Database("postgresql:///"))
    assert int(environment["DAGSTER_GRPC_TIMEOUT_SECONDS"]) > start
    run = Run("run", "STARTING", NOW, None, None, None, None)
    waited = NOW + timedelta(seconds=start - 1)
    assert not has_no_process(run, claim_held=False, now=waited)
    assert Settings().start_seconds == start
