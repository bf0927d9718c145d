"""An editor works in the browser, by keyboard alone; axe looks at every page on the way."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from discovery_dagster.domain.roles import Role
from discovery_dagster_tests.pages.browsing import TABLET, Visitor, keep
from discovery_dagster_tests.serving import Served

ENGAGEMENT = "/engagements/eastside.exit"
SESSION = f"{ENGAGEMENT}/sessions/s001"


def press(target: Locator) -> None:
    """Activate a link, a button or a fold by the keyboard."""
    target.focus()
    target.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    page.get_by_label(label).focus()
    page.keyboard.type(text)


def look(page: Page, name: str) -> None:
    """Have axe look at the page in both schemes, and see that it fits a tablet."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        result = Axe().run(page)
        assert result.violations_count == 0, f"{name}, {scheme}: {result.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    keep(page, f"working-{name}")


@pytest.mark.long
def test_an_editor_decides_limits_the_plan_runs_again_and_imports(
    browser: Browser, server: Served, tmp_path: Path
):
    export = tmp_path / "servers.csv"
    export.write_text("Hostname,IP Address\nshop-db-01,10.0.0.1\nshop-web-01,10.0.0.2\n")
    server.home.json("import", export, "--client", "eastside", "--engagement", "exit")
    token = server.token("eastside", role=Role.EDITOR, name="Ann Li")
    with Visitor.of(browser, server, "eastside", size=TABLET, bypass_csp=True, token=token) as ann:
        page = ann.open(f"{SESSION}/assets?q=shop-db-01&sort=name")
        press(page.get_by_role("rowheader").get_by_role("link").first)
        page.wait_for_url("**/assets/*")
        asset = page.url.partition("?")[0].rpartition("/")[2]
        press(page.get_by_text("Decide what it is"))
        page.get_by_label("Criticality, now").select_option("low")
        type_into(page, "Reason, for whoever reads it later", "nobody uses it")
        look(page, "asset")
        page.keyboard.press("Enter")
        page.wait_for_url("**since=**")
        expect(page.get_by_text("Decided: Criticality is low.")).to_be_visible()
        expect(page.get_by_text("Out of date until").first).to_be_visible()
        look(page, "decided")

        ann.open(f"{SESSION}/plan", page)
        press(page.locator("summary", has_text="Pin to a wave"))
        pin = page.locator("form", has=page.locator("input[value=pin]"))
        pin.get_by_label("Asset or group").fill("shop-db-01")
        pin.get_by_label("Wave").fill("4")
        look(page, "plan")
        pin.get_by_label("Wave").press("Enter")
        expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
        look(page, "preview")
        press(page.get_by_role("button", name="Set it"))
        expect(page.get_by_text("Set: Pinned: shop-db-01 to wave 4")).to_be_visible()

        ann.open(f"{SESSION}/plan/moves/{asset}", page)
        expect(page.get_by_role("heading", name="Where it goes")).to_be_visible()
        look(page, "move")
        ann.open(f"{SESSION}/plan", page)
        press(page.get_by_role("button", name="Run again"))
        expect(page.get_by_text("Ann Li asked for a run")).to_be_visible()
        look(page, "session")

        ann.open(ENGAGEMENT, page)
        page.get_by_label("Files:").set_input_files(export)
        type_into(page, "Title", "Export of May")
        look(page, "engagement")
        press(page.get_by_role("button", name="Import"))
        expect(page.get_by_text("1 file was received")).to_be_visible()
        press(page.get_by_role("link", name="Decisions"))
        expect(page.get_by_role("table", name="Decisions")).to_contain_text("nobody uses it")
        look(page, "decisions")
        assert ann.complaints == []
