"""The day an upgrade of Dagster moves what is not public, these tests say what it was."""

import ast
import importlib
import inspect
from pathlib import Path

import dagster as dg
import pytest

from discovery_dagster.defs import internals

IMPORTS = [
    (node.module, alias.name)
    for node in ast.walk(ast.parse(Path(internals.__file__).read_text("utf-8")))
    if isinstance(node, ast.ImportFrom) and node.module
    for alias in node.names
]


def parameters(function: object) -> set[str]:
    return set(inspect.signature(function).parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize(("module", "name"), IMPORTS)
def test_dagster_still_has(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


def test_only_what_is_used_is_named() -> None:
    package = Path(internals.__file__).parent
    others = "".join(
        path.read_text("utf-8") for path in package.glob("*.py") if path.name != "internals.py"
    )
    assert [name for name in internals.__all__ if name not in others] == []


def test_runs_are_still_created_from_these_arguments() -> None:
    assert parameters(dg.DagsterInstance.create_run) - {"self"} == {
        *("job_name", "run_id", "run_config", "status", "tags", "root_run_id", "parent_run_id"),
        *("step_keys_to_execute", "execution_plan_snapshot", "job_snapshot", "parent_job_snapshot"),
        *("asset_selection", "asset_check_selection", "resolved_op_selection", "op_selection"),
        *("remote_job_origin", "job_code_origin", "asset_graph"),
    }
    assert parameters(dg.DagsterInstance.create_reexecuted_run) >= {
        *("request_context", "parent_run", "code_location", "remote_job", "strategy"),
        *("use_parent_run_tags", "extra_tags"),
    }


def test_launchers_and_coordinators_are_still_called_like_this() -> None:
    assert parameters(dg.DefaultRunLauncher.launch_run) == {"self", "context"}
    assert parameters(dg.QueuedRunCoordinator.submit_run) == {"self", "context"}
