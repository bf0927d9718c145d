"""Every value of an asset says where it came from, and which source was believed."""

import openpyxl
import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.lineage import trace
from discovery_dagster.settings import Settings
from discovery_dagster.store import assets, sessions
from discovery_dagster.store.lineage import published
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile

SERVERS = (
    "Hostname,OS,Memory (MB),Depends On,Colour\n"
    "web-01.acme.example,Ubuntu 22.04,8192,db-01,green\n"
    "db-01,RHEL 9,4096,,\n"
)
MORE = "FQDN,Operating System,Location\nweb-01.acme.example,Ubuntu 24.04,Berlin\n"


@pytest.fixture(scope="module")
def traced_session(engine, tmp_path_factory):
    """A session of a list of servers, a second list and a workbook with merged cells."""
    folder = tmp_path_factory.mktemp("drop")
    (folder / "servers.csv").write_text(SERVERS)
    (folder / "more.csv").write_text(MORE)
    book = openpyxl.Workbook()
    for row in (["Hostname", "Application"], ["gull-1", "Ledger"], ["gull-2"], ["gull-3", "Cash"]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(folder / "merged.xlsx")
    files = [IncomingFile(path.name, path) for path in sorted(folder.iterdir())]
    objects, engagement = ObjectStore(Settings().objects), EngagementKey("acme", "traced")
    session = sessions.register(engine.database, objects, engagement, files)
    engine.execute_here(session)
    return session


@pytest.fixture
def values(engine, traced_session):
    objects = ObjectStore(Settings().objects)

    def of(name):
        target = assets.find(engine.database, traced_session, name)
        traced = trace(published(engine.database, objects, traced_session), target.asset_id)
        return {row["field"]: row for row in traced}

    return of


def test_a_value_names_place_column_text_transform_and_unit(values):
    (memory,) = values("web-01.acme.example")["memory_gb"]["sources"]
    assert (memory["file"], memory["line"], memory["column"]) == ("servers.csv", 2, "Memory (MB)")
    assert (memory["text"], memory["value"], memory["won"]) == ("8192", 8.0, True)
    assert (memory["transform"], memory["unit"]) == ("memory_in_gib", "MB")
    assert memory["method"] == "synonym"


def test_of_two_sources_that_differ_one_won(values):
    system = values("web-01.acme.example")["os_name"]
    won = {source["file"]: source["won"] for source in system["sources"]}
    assert won == {"servers.csv": True, "more.csv": False}
    assert {source["text"] for source in system["sources"]} == {"Ubuntu 22.04", "Ubuntu 24.04"}


def test_a_name_says_from_which_column_it_is_derived(values):
    (name,) = values("db-01")["name"]["sources"]
    assert (name["column"], name["transform"]) == ("Hostname", "from hostname")


def test_a_column_that_nobody_understood_is_traced_too(values):
    (colour,) = values("web-01.acme.example")["custom"]["sources"]
    assert (colour["column"], colour["text"]) == ("Colour", "green")


def test_an_asset_is_found_by_id_by_name_in_any_case_or_not_at_all(engine, traced_session):
    target = assets.find(engine.database, traced_session, "DB-01")
    assert assets.find(engine.database, traced_session, target.asset_id) == target
    with pytest.raises(assets.NoSuchAssetError):
        assets.find(engine.database, traced_session, "nothing")


def test_the_value_of_a_covered_cell_says_which_merged_cell_it_came_from(values):
    by_field = {}
    for name in ("gull-1", "gull-2", "gull-3"):
        (value,) = values(name)["applications"]["sources"]
        by_field[name] = (value["text"], value["merged"])
    assert by_field == {
        "gull-1": ("Ledger", None),
        "gull-2": ("Ledger", "B2:B3"),
        "gull-3": ("Cash", None),
    }
