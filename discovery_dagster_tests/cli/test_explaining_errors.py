"""Whatever ends a command is one sentence, and one JSON document where that was asked for."""

import json
import sys

import pytest

from discovery_dagster.cli import app


@pytest.mark.parametrize("as_json", [True, False])
def test_too_little_memory_is_a_sentence(monkeypatch, capsys, as_json):
    def starve(_):
        raise MemoryError

    monkeypatch.setattr(app, "_run", starve)
    monkeypatch.setattr(sys, "argv", ["discovery", "status", *(["--json"] if as_json else [])])
    with pytest.raises(SystemExit) as ended:
        app.main()
    written = capsys.readouterr()
    said = json.loads(written.out)["error"] if as_json else written.err
    assert (ended.value.code, "not enough memory" in said) == (1, True)
