"""Two servers of the read API and the pages, each with a home of its own, on one database."""

import shutil
from collections.abc import Iterator

import httpx
import pytest

from discovery_dagster.store.database import Database
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served, serving

LIMIT = 60


@pytest.fixture(scope="module")
def replicas(database: Database) -> Iterator[list[Served]]:
    """What they share besides the database is the key that signs cookies."""
    with open_folder() as folder:
        first, second = (Installation(folder / name, database.url) for name in ("one", "two"))
        with serving(first, rate=f"{LIMIT}/day") as one:
            second.home.mkdir()
            shutil.copy(first.home / "signing.key", second.home)
            with serving(second, rate=f"{LIMIT}/day") as two:
                yield [one, two]


def test_a_token_has_one_limit_at_all_replicas(replicas: list[Served]) -> None:
    token = replicas[0].token("upland")
    clients = [replica.asking(token) for replica in replicas]
    answers = [client.get("/engagements").status_code for client in clients * LIMIT]
    assert set(answers) == {200, 429}
    each_may_exceed = LIMIT // 20
    assert LIMIT <= answers.count(200) <= LIMIT + len(replicas) * each_may_exceed
    for client in clients:
        client.close()


def test_a_browser_that_signed_in_at_one_is_signed_in_and_out_at_the_other(
    replicas: list[Served],
) -> None:
    one, two = (replica.url for replica in replicas)
    with httpx.Client(follow_redirects=False) as browser:
        token = replicas[0].token("upland")
        signed_in = browser.post(f"{one}/sign-in", data={"token": token})
        assert signed_in.status_code == 303
        assert browser.get(f"{two}/engagements").status_code == 200
        kept = dict(browser.cookies)
        assert browser.post(f"{two}/sign-out", headers={"Origin": two}).status_code == 303
    with httpx.Client(cookies=kept, follow_redirects=False) as copied:
        assert copied.get(f"{one}/engagements").status_code == 303


def test_wrong_tokens_are_counted_by_both(replicas: list[Served]) -> None:
    clients = [replica.from_elsewhere() for replica in replicas]
    answers = [
        client.post("/sign-in", data={"token": "wrong"}).status_code for client in clients * 10
    ]
    for client in clients:
        client.close()
    assert answers.count(401) in (10, 11)
    assert answers[-2:] == [429, 429]
