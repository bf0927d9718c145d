"""Two clients with twin data and canaries: whatever is asked, neither learns of the other.

Every route with every parameter of it and hostile values, as both clients, side by side. What
counts: no canary of the other in any answer, no 500, nothing written.
"""

import io
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import polars as pl
import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster_tests.api.conftest import Served
from discovery_dagster_tests.installation import Installation

pytestmark = pytest.mark.long

#: The word that every value of a client's data holds; neither is part of the other.
CANARIES = {"eastern": "zqcanaryeast", "western": "zqcanarywest"}
REQUESTS = 10_000

_HOSTILE = (
    "'", "';select pg_sleep(9)--", '" or ""="', "%", "_", "\\", "\x00", "‮", "😀", "../..",
    "..%2f..", "=1+1", "<script>", "{}", "[]", "null", "none", "-1", "0", "1e309", "NaN",
    "9" * 40, "a" * 300, "$(id)", "%00", "eastern.exit", "western.exit",
)  # fmt: skip


@dataclass(frozen=True)
class Twin:
    """One of the two: who asks, its own ids and cursors, and the other's."""

    name: str
    client: httpx.Client
    ids: tuple[str, ...]
    cursors: tuple[str, ...]

    @property
    def foreign(self) -> str:
        return next(canary for name, canary in CANARIES.items() if name != self.name)


def estate(installation: Installation, name: str) -> None:
    """Import a small estate in which every cell holds the client's canary."""
    word = CANARIES[name]
    folder = installation.home.parent / f"attack-{name}"
    folder.mkdir()
    rows = [
        f"{word}-srv{n:02d},10.0.0.{n},{word} Linux,{word}-app{n % 3},{word} owner,{n % 9},"
        f"{word}-srv{(n + 1) % 40:02d},=cmd {word}"
        for n in range(40)
    ]
    rows.append(f",,{word},,,,,")
    header = "Hostname,IP Address,Operating System,Application,Owner,Memory (GB),Depends On,Note"
    (folder / f"{word}.csv").write_text("\n".join([header, *rows]) + "\n")
    installation.json("import", folder, "--client", name, "--engagement", "exit")


@pytest.fixture(scope="module")
def twins(served: Served) -> Iterator[dict[str, Twin]]:
    for name in CANARIES:
        estate(served.home, name)
    issues = {}
    for name in CANARIES:
        client = served.asking(served.token(name))
        base = f"/engagements/{name}.exit/sessions/s001"
        assets = client.get(f"{base}/assets", params={"limit": 5}).json()
        issues[name] = Twin(
            name,
            client,
            tuple(item["id"] for item in assets["items"]),
            (assets["next"], client.get(f"{base}/issues", params={"limit": 1}).json()["next"]),
        )
        assert CANARIES[name] in str(assets)
    yield issues
    for twin in issues.values():
        twin.client.close()


def test_ten_thousand_attacks_leak_write_and_break_nothing(
    served: Served, twins: dict[str, Twin], standing: Installation
) -> None:
    document = httpx.get(f"{served.url}/openapi.json").json()
    before = contents(standing)
    drawn = itertools.islice(attacks(document, twins), REQUESTS)

    def ask(attack: tuple[Twin, str, str, dict[str, Any], dict[str, str]]) -> int:
        twin, method, path, query, headers = attack
        try:
            with twin.client.stream(method, path, params=query, headers=headers) as answer:
                # A stream without end is left after its first words, and some others are, too.
                text = next(answer.iter_text(), "") if left_early(attack) else whole(answer)
        except (httpx.InvalidURL, UnicodeEncodeError, httpx.LocalProtocolError):
            return 0  # no HTTP client can send it
        assert twin.foreign not in text, attack
        assert answer.status_code < 500, (answer.status_code, attack[1:], text)
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(ask, drawn))

    assert sum(statuses.values()) == REQUESTS
    assert statuses[200] > REQUESTS / 10, "the attacks reach nothing"
    assert statuses[404] > 0
    assert contents(standing) == before


def left_early(attack: tuple[Twin, str, str, dict[str, Any], dict[str, str]]) -> bool:
    """Whether the caller goes before the answer has ended."""
    _, _, path, query, headers = attack
    return path.endswith("/events") or ("X-Engagement" in headers and len(query) == 1)


def whole(answer: httpx.Response) -> str:
    """All of an answer, in the clear: the cells of a Parquet file are compressed."""
    answer.read()
    if answer.status_code == 200 and answer.content[:4] == b"PAR1":
        return pl.read_parquet(io.BytesIO(answer.content)).write_json()
    return answer.text


def attacks(
    document: dict[str, Any], twins: dict[str, Twin]
) -> Iterator[tuple[Twin, str, str, dict[str, Any], dict[str, str]]]:
    """Yield attacks without end: who asks, method, path, query and headers; always the same."""
    chance = random.Random(7)  # noqa: S311 - the same attacks at every run
    routes = [
        (path.removeprefix("/api/v1"), operation.get("parameters", []))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/api/v1")
    ]
    values = [*_HOSTILE, *CANARIES.values()]
    for twin in twins.values():
        values += [*twin.ids, *twin.cursors]
    while True:
        for path, parameters in routes:
            twin = chance.choice(list(twins.values()))
            home = chance.choice([twin.name, twin.name, *CANARIES])
            names = {
                "engagement": chance.choice([f"{home}.exit"] * 4 + [chance.choice(values)]),
                "session": chance.choice(["s001"] * 6 + ["s002", chance.choice(values)]),
                "earlier": chance.choice(["s001"] * 6 + ["s002", chance.choice(values)]),
                "asset": chance.choice([*twins[home].ids, chance.choice(values)]),
            }
            url = path
            for name, value in names.items():
                url = url.replace(
                    f"{{{name}}}",
                    httpx.URL(f"/{value[:200]}").raw_path.decode()[1:]
                    if value.isprintable()
                    else "x",
                )
            known = [parameter["name"] for parameter in parameters if parameter["in"] == "query"]
            chosen = chance.sample(known, min(len(known), chance.randrange(3)))
            query = {name: chance.choice(values) for name in chosen}
            headers = chance.choice(
                [
                    {},
                    {"X-Engagement": "eastern.exit", "X-Forwarded-For": "127.0.0.1"},
                    {"If-None-Match": "*", "Range": "bytes=0-1"},
                    {"Cookie": "discovery=" + chance.choice(twins["eastern"].cursors)},
                ]
            )
            method = chance.choice(["GET"] * 12 + ["POST", "PUT", "DELETE", "PATCH", "HEAD"])
            yield twin, method, url, query, headers


def contents(installation: Installation) -> dict[str, int]:
    """Count the rows of every table that holds a client's data, and digest them."""
    with installation.database() as database:
        keys = [EngagementKey(name, "exit") for name in CANARIES]
        with database.connect() as connection:
            tables = [
                row["relname"]
                for row in connection.execute(
                    "select relname from pg_class where relnamespace = 'discovery'::regnamespace"
                    " and relkind = 'r' and relname not in"
                    " ('alembic_version', 'access_token', 'login', 'sent_form', 'request_count',"
                    " 'tombstone')"
                ).fetchall()
            ]
        with database.reader(keys) as connection:
            return {
                table: connection.execute(
                    f"select coalesce(sum(hashtext(t::text)), 0) as digest from discovery.{table} t"
                ).fetchone()["digest"]
                for table in tables
            }
