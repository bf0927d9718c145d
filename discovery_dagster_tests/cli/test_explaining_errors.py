"""Whatever ends a command is one sentence, and one JSON document where that was asked for."""

import json
import sys

import pytest

from discovery_dagster.cli import app
from discovery_dagster.domain.errors import NOT_ENOUGH_MEMORY
from discovery_dagster.store import dagster_runs


@pytest.mark.parametrize("as_json", [True, False])
def test_too_little_memory_is_a_sentence(monkeypatch, capsys, as_json):
    def starve(_):
        raise MemoryError

    monkeypatch.setattr(app, "_run", starve)
    monkeypatch.setattr(sys, "argv", ["discovery", "status", *(["--json"] if as_json else [])])
    with pytest.raises(SystemExit) as ended:
        app.main()
    written = capsys.readouterr()
    sentence = json.loads(written.out)["error"] if as_json else written.err
    assert (ended.value.code, "not enough memory" in sentence) == (1, True)


@pytest.mark.parametrize(
    "message",
    [
        "MemoryError",
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 8.0 GiB for an array",
        "pyarrow.lib.ArrowMemoryError: malloc of size 64 failed",
    ],
)
def test_a_run_that_had_too_little_memory_says_so(message):
    error = {"message": message, "cause": None}
    event = {"dagster_event": {"event_specific_data": {"error": error}, "message": "failed"}}
    assert dagster_runs._error("FAILURE", json.dumps(event)) == NOT_ENOUGH_MEMORY
