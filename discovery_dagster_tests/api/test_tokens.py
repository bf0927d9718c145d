"""What a token may see, and for how long."""

import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from fastapi import HTTPException

from discovery_dagster.api.limiting import Limiter
from discovery_dagster.server import signing_key
from discovery_dagster.settings import Settings
from discovery_dagster.store import request_counts
from discovery_dagster.store.database import Database
from discovery_dagster.store.request_counts import RequestCounts
from discovery_dagster_tests.api.conftest import Served

PATHS = ("", "/sessions", "/sessions/s001", "/sessions/s001/assets", "/sessions/s001/assets.csv")


def test_without_a_living_token_nothing_is_answered(served: Served) -> None:
    for token in (None, "dsc_nonsense"):
        with served.asking(token) as client:
            answer = client.get("/engagements")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", PATHS)
def test_what_is_outside_the_scope_looks_like_what_does_not_exist(
    path: str, upland: httpx.Client
) -> None:
    foreign = upland.get(f"/engagements/lowland.exit{path}")
    absent = upland.get(f"/engagements/nobody.nothing{path}")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content


def test_a_token_of_one_engagement_sees_no_other_of_its_client(served: Served) -> None:
    with served.asking(served.token("upland", "exit")) as client:
        assert client.get("/engagements/upland.exit").status_code == 200
        assert client.get("/engagements/upland.other").status_code == 404


def test_a_revoked_token_is_of_no_use_at_once(served: Served) -> None:
    created = served.home.json("token", "create", "--client", "upland", "--days", "1")
    with served.asking(created["token"]) as client:
        assert client.get("/engagements").status_code == 200
        served.home.json("token", "revoke", created["id"])
        assert client.get("/engagements").status_code == 401


def test_tokens_are_listed_without_their_secrets(served: Served) -> None:
    created = served.home.json("token", "create", "--client", "lowland")
    listed = served.home.run("token", "list", "--json").stdout
    assert created["id"] in listed
    assert created["token"] not in listed


def test_a_token_looks_unless_it_is_made_for_somebody_who_edits(served: Served) -> None:
    looking = served.home.json("token", "create", "--client", "lowland")
    editing = served.home.json(
        "token", "create", "--client", "lowland", "--role", "editor", "--name", "Ann  Li"
    )
    own = served.home.json("token", "create", "--client", "lowland", "--role", "operator")
    assert (looking["role"], looking["name"]) == ("viewer", None)
    assert (editing["role"], editing["name"]) == ("editor", "Ann Li")
    assert own["name"], "of whoever creates it"
    refused = served.home.json(
        "token", "create", "--client", "lowland", "--role", "editor", "--name", " ", code=2
    )
    assert refused["error"]["code"] == "nameless_editor"


def test_a_token_for_nobody_is_refused(served: Served) -> None:
    refused = served.home.json("token", "create", "--client", "nobody", code=2)
    assert refused["error"]["code"] == "no_such_engagement"


def test_requests_that_come_at_once_are_all_counted(database: Database) -> None:
    limiter = Limiter.of("at once", "100/day", database, "Too many.")

    def ask(_: int) -> bool:
        try:
            limiter.check("token")
        except HTTPException:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(ask, range(400))) == 100


def test_a_token_that_asks_too_often_is_told_when_to_try_again(database: Database) -> None:
    limiter = Limiter.of("too often", "3/day", database, "Too many.")
    for _ in range(3):
        limiter.check("one")
    limiter.check("other")
    with pytest.raises(HTTPException) as refused:
        limiter.check("one")
    assert refused.value.status_code == 429
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 86_400


def asked(limiter: Limiter, times: int) -> int:
    """How many of the requests of one token are let through."""
    passed = 0
    for _ in range(times):
        with suppress(HTTPException):
            limiter.check("token")
            passed += 1
    return passed


def test_replicas_let_a_token_have_its_limit_together_and_little_more(database: Database) -> None:
    replicas = [Limiter.of("shared", "100/day", database, "Too many.") for _ in range(3)]
    passed = sum(asked(replica, 10) for _ in range(20) for replica in replicas)
    assert 100 <= passed <= 100 + 3 * 5


def test_a_replica_counts_by_itself_while_the_database_is_away() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    limiter = Limiter.of("away", "5/day", away, "Too many.")
    assert asked(limiter, 20) == 5


def test_counts_that_limit_nobody_any_more_are_forgotten(database: Database) -> None:
    request_counts.add(database, "old", 1, 60, 7)
    assert request_counts.add(database, "old", 2, 60, 1).previous == 7
    request_counts.forget(database)
    assert request_counts.add(database, "old", 2, 60, 1) == RequestCounts(1, 0)


def test_servers_that_start_at_once_sign_with_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(signing_key, [Settings(home=tmp_path)] * 32))
    assert [len(key) for key in keys] == [32]
    assert [file.name for file in tmp_path.iterdir()] == ["signing.key"]
    assert stat.S_IMODE((tmp_path / "signing.key").stat().st_mode) == 0o600
