"""What holds of every page: usable by everybody, harmless whatever a cell says, nobody else's."""

import re
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from discovery_dagster_tests.pages import hostile
from discovery_dagster_tests.pages.browsing import DESKTOP, TABLET, Visitor, keep
from discovery_dagster_tests.serving import Served

pytestmark = pytest.mark.usefixtures("later", "south")

SESSION = "/engagements/north.exit/sessions/s001"
PAGES = {
    "engagements": "/engagements",
    "engagement": "/engagements/north.exit",
    "decisions": "/engagements/north.exit/decisions",
    "session": SESSION,
    "review": f"{SESSION}/review",
    "quality": f"{SESSION}/quality",
    "downloads": f"{SESSION}/downloads",
    "teaching": f"{SESSION}/teaching",
    "teach-table": f"{SESSION}/teaching/0",
    "inventory": f"{SESSION}/assets",
    "inventory-nothing": f"{SESSION}/assets?q=no+such+thing",
    "asset": f"{SESSION}/assets?q=erp-db-p01&sort=name",
    "overview": f"{SESSION}/dependencies",
    "dependencies": f"{SESSION}/dependencies?application=ERP+Zentral",
    "plan": f"{SESSION}/plan",
    "changes": "/engagements/north.exit/sessions/s002/changes",
    "changes-nothing": f"{SESSION}/changes",
    "not-found": "/engagements/north.exit/sessions/s099",
    "bad-question": f"{SESSION}/assets?colour=blue",
    "sign-in": "/sign-in",
}


def opened(visitor: Visitor) -> Iterator[tuple[str, Page]]:
    """Open each page in turn, in one tab."""
    page = visitor.page()
    for name, url in PAGES.items():
        visitor.open(url, page)
        if name == "asset":
            page.get_by_role("rowheader").get_by_role("link").first.click()
            page.wait_for_url("**/assets/*")
            page.get_by_role("table", name="Values with their sources").wait_for()
            page.wait_for_selector("[data-drawn]")
        yield name, page


@pytest.mark.long
def test_axe_finds_nothing_on_any_page_in_either_scheme(browser: Browser, server: Served):
    violations = []
    with Visitor.of(browser, server, "north", bypass_csp=True) as visitor:
        for name, page in opened(visitor):
            for scheme in ("light", "dark"):  # only the style sheets know it
                page.emulate_media(color_scheme=scheme)
                result = Axe().run(page)
                if result.violations_count:
                    violations.append(f"{name}, {scheme}: {result.generate_report()}")
    assert violations == [], "\n".join(violations)


@pytest.mark.long
@pytest.mark.parametrize(("device", "size"), [("desktop", DESKTOP), ("tablet", TABLET)])
def test_pages_fit_their_screen(browser: Browser, server: Served, device: str, size):
    with Visitor.of(browser, server, "north", size=size) as visitor:
        for name, page in opened(visitor):
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{name} is {wide} pixels wider than a {device}"
            keep(page, f"{name}-{device}")


@pytest.mark.long
def test_nothing_that_a_cell_says_runs(browser: Browser, server: Served):
    session = "/engagements/south.exit/sessions/s001"
    with Visitor.of(browser, server, "south") as visitor:
        seen = ""
        asset_urls = []
        page = visitor.page()
        for url in (
            "/engagements",
            "/engagements/south.exit",
            session,
            f"{session}/review",
            f"{session}/quality",
            f"{session}/teaching",
            f"{session}/teaching/0",
            f"{session}/assets?" + "&".join(f"columns={name}" for name in EVERY_COLUMN),
            f"{session}/dependencies",
            f"{session}/plan",
            f"{session}/changes",
        ):
            visitor.open(url, page)
            seen += page.locator("main").inner_text()
            asset_urls += [
                link.get_attribute("href") for link in page.locator("a[href*='/assets/']").all()
            ]
            assert page.evaluate("window.hacked") is None, url
        assets = sorted({url for url in asset_urls if url})
        assert len(assets) > len(hostile.PAYLOADS)
        around = [f"{session}/dependencies?asset={url.rsplit('/', 1)[1]}" for url in assets[:3]]
        for url in (*assets, *around):
            visitor.open(url, page)
            for node in page.locator(".node").all()[:2]:
                node.hover()
            assert page.evaluate("window.hacked") is None, url
            seen += page.locator("main").inner_text()
    for payload in hostile.PAYLOADS:
        assert payload in seen, "it is shown as it stands"
    assert visitor.complaints == [], "nor did the policy have to stop anything"


EVERY_COLUMN = (
    "name", "hostname", "os_name", "os_version", "location", "business_owner", "technical_owner",
    "applications", "vendor", "model", "serial_number", "status", "description",
)  # fmt: skip


def test_another_clients_pages_are_not_there(north: Visitor, server: Served):
    for path in ("", "/sessions/s001", "/sessions/s001/assets", "/sessions/s001/dependencies"):
        theirs = north.context.request.get(f"/engagements/south.exit{path}")
        nobodys = north.context.request.get(f"/engagements/nobody.exit{path}")
        assert theirs.status == nobodys.status == 404
        assert theirs.text().replace("south", "") == nobodys.text().replace("nobody", "")
    page = north.page()
    page.goto("/engagements/south.exit")
    expect(page.get_by_role("heading", name="There is no such page for you")).to_be_visible()
    own = north.open("/engagements")
    expect(own.get_by_role("link", name="north.exit")).to_be_visible()
    assert "south" not in own.content()


def test_assets_of_another_session_are_not_there(north: Visitor, server: Served):
    with server.asking(server.token("south")) as client:
        theirs = client.get("/engagements/south.exit/sessions/s001/assets").json()["items"][0]["id"]
    for url in (f"{SESSION}/assets/{theirs}", f"{SESSION}/dependencies?asset={theirs}"):
        assert north.context.request.get(url).status == 404, url


@pytest.mark.parametrize("path", ["/engagements", SESSION, f"{SESSION}/assets/facets"])
def test_without_a_token_there_is_only_the_form(browser: Browser, server: Served, path: str):
    answer = httpx.get(f"{server.url}{path}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2Fengagements")


def test_signing_in_goes_nowhere_else(browser: Browser, server: Served):
    token = server.token("north")
    for elsewhere in ("https://example.com/", "//example.com", "/\\example.com", ""):
        answer = httpx.post(f"{server.url}/sign-in", data={"token": token, "next": elsewhere})
        assert answer.headers["location"] == "/engagements"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert httpx.post(f"{server.url}/sign-in", data={"token": "dsc_no"}).status_code == 401


def test_the_policy_allows_no_inline_script_or_style(north: Visitor):
    for url in PAGES.values():
        answer = north.context.request.get(url)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?! src=)", answer.text()), url
        assert not re.search(r"(src|href)=\"(https?:)?//(?!127\.0\.0\.1)", answer.text()), url


def test_a_page_reads_without_scripts(browser: Browser, server: Served):
    token = server.token("north")
    with browser.new_context(base_url=server.url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{SESSION}/assets?type=database")
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Inventory")).to_be_visible()
        assert page.url.endswith("/assets?type=database"), "the filter outlives the sign-in"
        page.get_by_role("searchbox").fill("erp")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("status").first).to_contain_text("that match")
        page.goto(f"{SESSION}/dependencies?application=ERP+Zentral")
        assert page.get_by_role("table", name="Dependencies").get_by_role("row").count() > 10


def test_changes_between_two_sessions_lead_to_their_assets(north: Visitor):
    page = north.open("/engagements/north.exit/sessions/s002/changes?kind=asset.not_seen")
    first = page.get_by_role("table", name="Changes").locator("tbody tr").first
    expect(first).to_contain_text("not seen")
    shown = page.get_by_role("table", name="Changes").locator("tbody tr").count()
    link = page.get_by_role("link", name="Changes as CSV").get_attribute("href")
    saved = page.request.get(link).text().splitlines()[1:]
    assert len(saved) == shown, "what is downloaded is what is shown"
    assert {line.split(",")[0] for line in saved} == {"not_seen"}
    first.get_by_role("link").click()
    page.wait_for_url("**/sessions/s001/assets/*")


def test_any_two_sessions_are_compared(north: Visitor):
    page = north.open("/engagements/north.exit/sessions/s001/changes?against=s002")
    expect(page.get_by_role("table", name="Changes").locator("tbody tr").first).to_be_visible()
    link = page.get_by_role("link", name="Changes as JSON").get_attribute("href")
    first = page.request.get(f"{link}?limit=1").json()
    second = page.request.get(f"{link}?limit=1&cursor={first['next']}").json()
    assert first["items"] != second["items"]
    assert {row["since"] for row in first["items"] + second["items"]} == {"s002"}
