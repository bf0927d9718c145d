"""Corrected records through Dagster: from the export of rejects to a session without them."""

import openpyxl
import pytest

from discovery_dagster.cli.writing import Format, write_sheets
from discovery_dagster.settings import Settings
from discovery_dagster.store import corrections, exports, sessions, states
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile


@pytest.fixture
def servers(tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("Hostname,OS,IP Address\nweb-01,Ubuntu 22.04,10.0.0.1\n,Ubuntu 22.04,\n")
    return IncomingFile("servers.csv", path)


def test_a_corrected_export_of_rejects_replaces_the_records_that_it_names(
    engine, session, tmp_path
):
    database, objects = engine.database, ObjectStore(Settings().objects)
    assert corrections.sheets(database, objects, session, ["error"]) == []
    engine.execute_here(session)
    path = tmp_path / "fixed.xlsx"
    with path.open("wb") as out:
        sheets = corrections.sheets(database, objects, session, ["error"])
        write_sheets(out, Format.XLSX, sheets)
    book = openpyxl.load_workbook(path)
    book["servers"]["A2"] = "web-02"
    book.save(path)
    fixed = IncomingFile("fixed.xlsx", path)
    sessions.register(database, objects, session.engagement, [fixed], session=session)
    engine.execute_here(session)

    state = states.state(database, session)
    assert state.status == "done"
    accounts = {file.name: (file.records, file.accepted, file.rejected) for file in state.files}
    assert accounts == {"servers.csv": (2, 2, 0), "fixed.xlsx": (1, 1, 0)}
    sources = {row["name"]: row["sources"] for row in exports.rows(database, session, "assets")}
    assert sources["web-02"] == [{"file": "servers.csv", "sheet": None, "line": 3}]
    assert exports.rows(database, session, "rejects") == []
