"""The example notebook runs against a real server with the sample estate."""

import nbformat
import pytest
from nbclient import NotebookClient

from discovery_dagster_tests.api.conftest import Served
from discovery_dagster_tests.conftest import PROJECT


def test_the_example_notebook_runs_to_its_end(served: Served, monkeypatch: pytest.MonkeyPatch):
    demo = served.home.json("demo")
    token = served.token(demo["client"])
    monkeypatch.setenv("DISCOVERY_URL", served.url)
    monkeypatch.setenv("DISCOVERY_TOKEN", token)
    notebook = nbformat.read(PROJECT / "examples" / "estate.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(PROJECT)}}).execute()
    outputs = [str(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    assert "virtual_machine" in outputs[1]
    assert all(outputs)
