"""The example notebook runs against a real server with the sample estate."""

import pytest

from discovery_dagster_tests.api.conftest import Served
from discovery_dagster_tests.conftest import PROJECT


@pytest.mark.long
def test_the_example_notebook_runs_to_its_end(served: Served, monkeypatch: pytest.MonkeyPatch):
    # Not imported above: this costs each worker of a test run 2 s, and one of them needs it.
    import nbformat
    from nbclient import NotebookClient

    demo = served.home.json("demo")
    token = served.token(demo["client"])
    monkeypatch.setenv("DISCOVERY_URL", served.url)
    monkeypatch.setenv("DISCOVERY_TOKEN", token)
    notebook = nbformat.read(PROJECT / "examples" / "estate.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(PROJECT)}}).execute()
    outputs = [str(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    assert "virtual_machine" in outputs[1]
    assert all(outputs)
