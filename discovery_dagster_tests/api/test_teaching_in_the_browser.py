"""Teaching a table in the browser: what comes out is seen before a format is kept."""

import re
from collections.abc import Iterator

import httpx
import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.decisions import audit, taught_formats
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served
from discovery_dagster_tests.signed_in import Person, signed_in

SESSION = "/engagements/depot.exit/sessions/s001"
TEACHING = f"{SESSION}/teaching"
DEPOT = EngagementKey("depot", "exit")

#: A table that nobody could know, with a secret in it.
TABLE = """kmrk;zust;wert_a;wert_b;Passwort
0017;offen;16384;4;hunter2
0018;offen;32768;8;hunter3
0019;zu;16384;4;hunter4
"""
COLUMNS = ("kmrk", "zust", "wert_a", "wert_b", "Passwort")


@pytest.fixture(scope="module")
def served(standing: Installation, serving_home: Served) -> Served:
    with open_folder() as folder:
        (folder / "depot.csv").write_text(TABLE)
        standing.json("import", folder, "--client", "depot", "--engagement", "exit")
    return serving_home


@pytest.fixture
def ann(served: Served) -> Iterator[Person]:
    """An editor of the whole client."""
    with signed_in(served, "depot") as person:
        yield person


def chosen(grain: str = "thing", **fields: str) -> dict[str, str | list[str]]:
    """The choices as the form sends them: a field and a unit for each column."""
    return {
        "grain": grain,
        "column": list(COLUMNS),
        "field": [fields.get(column, "unmapped") for column in COLUMNS],
        "unit": ["MB" if fields.get(column) == "memory_gb" else "" for column in COLUMNS],
    }


FIT = chosen(kmrk="name", wert_a="memory_gb", wert_b="cpu_cores")


def previewed(ann: Person, choices: dict[str, str | list[str]]) -> str:
    return ann.page(f"{TEACHING}/0?{httpx.QueryParams(choices)}")


def test_a_table_that_waits_is_taught_and_the_format_is_taken_back(served: Served, ann: Person):
    page = ann.page(TEACHING)
    assert "waits for you" in page
    page = ann.page(f"{TEACHING}/0")
    assert "Say what a row is." in page
    assert "16384" in page, "samples are shown"
    assert "hunter" not in page, "secrets are not"

    page = previewed(ann, FIT)
    trial = page[page.index('id="trial"') :]
    assert re.search(r"<td>.*0017.*</td>", trial)
    assert re.search(r"<td>.*16\.0.*</td>", trial), "MB are read as GiB"
    assert ">zust: offen" in trial, "what has no field is shown by its column"
    assert taught(served) == [], "what is looked at is not kept"

    form = {"form": ann.hidden(f"{TEACHING}/0?{httpx.QueryParams(FIT)}")["form"]}
    sent = ann.send(f"{TEACHING}/0/format", form, **FIT, name="depot-list", reason="the depot's")
    assert sent.status_code == 303, sent.text
    page = ann.page(sent.headers["location"])
    assert "Kept: the format depot-list." in page
    assert "Out of date until this session is run again" in page
    assert taught(served) == ["depot-list"]
    entry = log(served)[0]
    assert (entry.author, entry.about, entry.after, entry.reason) == (
        "Ann Li", "depot-list", "taught", "the depot's",
    )  # fmt: skip
    assert entry.origin.startswith("page, token ")

    sent = ann.send(f"{TEACHING}/formats/depot-list/remove", ann.hidden(TEACHING))
    assert sent.status_code == 303
    assert taught(served) == []


def test_what_makes_no_format_is_said_and_not_kept(served: Served, ann: Person):
    assert "Nothing yet." in previewed(ann, chosen("thing"))
    before = log(served)
    wrong = [
        ({**FIT, "grain": ""}, "depot", "r"),
        ({**FIT, "grain": "toaster"}, "depot", "r"),
        ({**FIT, "field": FIT["field"][:2]}, "depot", "r"),
        (chosen(kmrk="toaster"), "depot", "r"),
        (FIT, "../../Depot: x", "r"),
        (FIT, "rvtools.vinfo", "r"),
        (FIT, "depot", " "),
    ]
    for choices, name, reason in wrong:
        form = {"form": ann.hidden(TEACHING + "/0?" + str(httpx.QueryParams(FIT)))["form"]}
        sent = ann.send(f"{TEACHING}/0/format", form, **choices, name=name, reason=reason)
        assert sent.status_code == 409, (choices, name, reason)
    assert ann.browser.get(f"{TEACHING}/7").status_code == 404
    assert log(served) == before


def test_a_token_of_one_engagement_teaches_nothing(served: Served, ann: Person):
    stolen = {"form": ann.hidden(f"{TEACHING}/0?{httpx.QueryParams(FIT)}")["form"]}
    with signed_in(served, "depot", "exit", name="Ed") as ed:
        assert "Keep it for the client" not in previewed(ed, FIT)
        own = ed.hidden(f"{SESSION}/review")
        for form in (stolen, own):
            sent = ed.send(f"{TEACHING}/0/format", form, **FIT, name="x", reason="r")
            assert sent.status_code == 403
    assert taught(served) == []


def taught(served: Served) -> list[str]:
    with served.home.database() as database:
        return [each.declared.format for each in taught_formats.current(database, DEPOT)]


def log(served: Served) -> list[audit.Entry]:
    with served.home.database() as database:
        return audit.everything(database, DEPOT)
