"""A browser that looks at every page asks nobody but this server."""

from urllib.parse import urlsplit

import pytest

from discovery_dagster_tests.pages.browsing import Visitor
from discovery_dagster_tests.pages.test_every_page import PAGES

pytestmark = pytest.mark.usefixtures("later", "south")


@pytest.mark.long
def test_no_page_asks_another_host(north: Visitor) -> None:
    requests: set[str] = set()
    tab = north.page()
    tab.on("request", lambda request: requests.add(request.url))
    for url in PAGES.values():
        north.open(url, tab)
    tab.goto("/docs")
    tab.get_by_role("heading", name="Discovery").first.wait_for()
    tab.get_by_text("/api/v1/engagements", exact=True).first.click()
    tab.wait_for_load_state("networkidle")
    here = urlsplit(north.server.url).netloc
    elsewhere = {url for url in requests if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert {url for url in elsewhere if urlsplit(url).netloc != here} == set()
    assert any("swagger-ui-bundle.js" in url for url in requests)
    refused = [text for text in north.complaints if "status of 4" not in text]
    assert refused == [], "the policy, or a script, has complained"


def test_the_documentation_has_the_policy_of_every_page(north: Visitor) -> None:
    documentation, page = (
        north.context.request.get(url).headers["content-security-policy"]
        for url in ("/docs", "/engagements")
    )
    assert documentation == page
