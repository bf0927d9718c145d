"""The lists, an asset and the facets of a session, over HTTP."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from discovery_dagster.api.routes.assets import AssetSelection
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.reading import assets, listing
from discovery_dagster.store.reading.listing import Criteria
from discovery_dagster_tests.serving import Served

SESSION = "/engagements/upland.exit/sessions/s001"
LISTS = (
    "files", "mapping", "words", "proposals", "rejects", "issues", "assets", "dependencies",
    "groups", "waves", "changes", "endpoints", "cycles", "coverage", "conflicts",
)  # fmt: skip


def read(client: httpx.Client, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def paged(client: httpx.Client, name: str, /, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = read(client, f"{SESSION}/{name}", **query, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


def test_a_token_sees_its_clients_engagements_and_their_sessions(upland: httpx.Client) -> None:
    assert [item["engagement"] for item in read(upland, "/engagements")["items"]] == ["upland.exit"]
    assert read(upland, "/engagements/upland.exit")["latest_session"] == "s001"
    states = read(upland, "/engagements/upland.exit/sessions")["items"]
    assert [(state["session"], state["status"]) for state in states] == [("s001", "done")]
    assert read(upland, SESSION) == states[0]


@pytest.mark.parametrize("name", LISTS)
def test_pages_of_a_list_make_up_what_is_exported(name: str, upland: httpx.Client, served) -> None:
    exported = served.home.json(
        "export", name, "--client", "upland", "--engagement", "exit", "--session", "s001"
    )
    listed = paged(upland, name, limit=1000 if name == "dependencies" else 37)
    assert len(listed) == len(exported)
    as_text = Counter(json.dumps(row, sort_keys=True) for row in exported)
    names = exported[0].keys() if exported else ()
    assert Counter(json.dumps({k: row[k] for k in names}, sort_keys=True) for row in listed) == (
        as_text
    )


def test_each_filter_finds_the_assets_that_hold_the_value(upland: httpx.Client) -> None:
    everything = paged(upland, "assets", limit=1000)
    for name in assets.ASSETS.filters.keys() & AssetSelection.model_fields:
        values = [_as_asked(row[name]) for row in everything]
        for value in dict.fromkeys([values[0], max(values), "none"]):
            listed = paged(upland, "assets", **{name: value}, limit=1000)
            holding = [row for row, one in zip(everything, values, strict=True) if one == value]
            assert listed == holding, (name, value)


def test_words_are_filtered_by_what_people_decided(upland: httpx.Client) -> None:
    everything = paged(upland, "words")
    assert everything
    assert paged(upland, "words", decided="none") == everything
    assert paged(upland, "words", decided="server") == []


def _as_asked(value: Any) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("ip_address", lambda row: row["ip_addresses"]),
        ("application", lambda row: row["applications"]),
        ("software", lambda row: [one["name"] for one in row["software"] or ()]),
        ("file", lambda row: [one["file"] for one in row["sources"]]),
    ],
)
def test_each_filter_of_several_values_finds_the_assets_that_hold_one(
    name: str, of: Callable[[Any], list[str]], upland: httpx.Client
) -> None:
    everything = paged(upland, "assets", limit=1000)
    value = max(value for row in everything for value in of(row))
    listed = paged(upland, "assets", **{name: value}, limit=1000)
    assert listed == [row for row in everything if value in of(row)]


@pytest.mark.parametrize("sort", ["name", "-name", "-confidence", "memory_gb", "-eol_date"])
def test_each_order_visits_every_asset_once(sort: str, upland: httpx.Client) -> None:
    listed = [row["id"] for row in paged(upland, "assets", sort=sort, limit=23)]
    assert len(listed) == len(set(listed)) == read(upland, SESSION)["counts"]["assets"]


@pytest.mark.parametrize(
    "chosen", [{}, {"environment": "production"}, {"q": "erp"}, {"location": "none", "tier": "web"}]
)
def test_facets_agree_with_the_lists_that_they_filter(
    chosen: dict[str, str], upland: httpx.Client
) -> None:
    facets = read(upland, f"{SESSION}/assets/facets", **chosen)["facets"]
    for field in ("type", "os_family", "wave"):
        for value, number in facets[field].items():
            listed = paged(upland, "assets", **chosen, **{field: value}, limit=1000)
            assert len(listed) == number, (field, value)


def test_counting_what_was_not_counted_before_looks_at_a_part_of_a_large_session_and_says_so(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 3)
    session = SessionKey.parse("upland.exit|s001")
    with served.home.database() as database:
        chosen = assets.facets(database, session, Criteria(filters={"environment": ["production"]}))
        searched = assets.facets(database, session, Criteria(q="e"))
        counted = assets.count(database, session, Criteria(q="e"))
    assert chosen.complete and sum(chosen.counts["type"].values()) > 4
    assert not searched.complete and not counted.complete
    assert sum(searched.counts["type"].values()) == counted.number <= 4


def test_a_search_takes_wildcards_for_what_they_are(upland: httpx.Client) -> None:
    assert read(upland, f"{SESSION}/assets", q="%")["items"] == []
    assert read(upland, f"{SESSION}/assets", q="ERP")["items"] != []


def test_a_table_of_all_rows_is_safe_to_open_in_a_spreadsheet(upland: httpx.Client) -> None:
    answer = upland.get(f"{SESSION}/assets.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == read(upland, SESSION)["counts"]["assets"]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    lines = upland.get(f"{SESSION}/assets.ndjson").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]


def test_an_asset_is_read_by_its_id(upland: httpx.Client) -> None:
    first = read(upland, f"{SESSION}/assets", limit=1)["items"][0]
    assert read(upland, f"{SESSION}/assets/{first['id']}") == first


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"cursor": "nonsense"}, 400),
        ({"sort": "nothing"}, 422),
        ({"no_such_filter": "x"}, 422),
        ({"limit": 0}, 422),
    ],
)
def test_what_cannot_be_asked_is_said_as_a_problem(
    query: dict[str, Any], status: int, upland: httpx.Client
) -> None:
    answer = upland.get(f"{SESSION}/assets", params=query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_a_cursor_serves_its_own_list_in_its_own_order(upland: httpx.Client) -> None:
    cursor = read(upland, f"{SESSION}/assets", limit=1)["next"]
    for path, query in (("issues", {}), ("assets", {"sort": "-name"})):
        answer = upland.get(f"{SESSION}/{path}", params={"cursor": cursor, **query})
        assert answer.status_code == 400
