"""A consultant's way through the pages: follow an import, settle a reject, explain, map, plan."""

import re
import time

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from discovery_dagster_tests.pages.browsing import Visitor, keep, settled
from discovery_dagster_tests.pages.conftest import NORTH, sample_files
from discovery_dagster_tests.serving import Served

SESSION = "/engagements/north.exit/sessions/s001"


def test_an_import_is_followed_to_its_end_without_reloading(browser: Browser, server: Served):
    importing = server.home.start(
        "import", *sample_files(), "--client", "west", "--engagement", "exit"
    )
    try:
        with Visitor.of(browser, server, "west") as visitor:
            page = until_it_is_there(visitor)
            steps = page.get_by_role("table", name="Steps of the session")
            seen = set()
            while "done" not in status_of(page):
                seen.add(steps.get_by_text("done", exact=True).count())
                assert importing.poll() in (None, 0)
                page.wait_for_timeout(50)
            assert len(seen) > 2, "the steps were seen to become done one by one"
            expect(steps.get_by_text("done", exact=True)).to_have_count(11)
            expect(page.get_by_text("records were rejected")).to_be_visible()
            assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    finally:
        importing.communicate(timeout=240)


def until_it_is_there(visitor: Visitor) -> Page:
    """Open the session's page as soon as it is registered."""
    page = visitor.page()
    deadline = time.monotonic() + 120
    while page.goto("/engagements/west.exit/sessions/s001").status != 200:
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
    return page


def status_of(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_from_a_reject_to_the_wave(north: Visitor, tmp_path):
    page = north.open(SESSION)
    page.get_by_role("link", name="Reasons").click()
    rejects = page.get_by_role("table", name="Rejected records by reason")
    expect(rejects).to_contain_text("more cells than the header has columns")
    expect(rejects).to_contain_text("cmdb_servers.csv:39")
    with page.expect_download() as download:
        page.get_by_role("link", name="Rejected records as XLSX to correct").click()
    download.value.save_as(tmp_path / "fix.xlsx")
    book = openpyxl.load_workbook(tmp_path / "fix.xlsx")
    lines = [row for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(lines) == 3

    page.get_by_role("link", name="Inventory").click()
    page.get_by_role("searchbox").fill("crm-db-p01")
    expect(page.get_by_role("status").first).to_contain_text("that match")
    assert "q=crm-db-p01" in page.url
    page.get_by_role("table", name="Assets").get_by_role(
        "link", name="crm-db-p01", exact=True
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("crm-db-p01")
    why = page.locator("section", has=page.get_by_role("heading", name="What it is and why"))
    expect(why).to_contain_text("rule name_tier, `db` in the name")
    values = page.get_by_role("table", name="Values with their sources")
    expect(values).to_contain_text("cmdb_servers.csv")
    expect(values).to_contain_text("rvtools_export.xlsx")
    settled(page)
    keep(page, "journey-asset")

    page.get_by_role("link", name="Explore").click()
    settled(page)
    names = page.locator(".node .name").all_text_contents()
    assert "crm-db-p01" in names and len(names) > 3
    expect(page.get_by_role("table", name="Dependencies")).to_contain_text("mssql")

    page.go_back()
    page.get_by_role("link", name=re.compile("Wave \\d")).click()
    wave = page.locator(page.url[page.url.index("#") :])
    expect(wave).to_be_in_viewport()
    assert north.complaints == []


def test_a_neighbourhood_says_what_it_hides_and_opens_what_is_clicked(north: Visitor):
    page = north.open(f"{SESSION}/dependencies?application=ERP+Zentral&limit=5")
    hidden = page.locator("#hidden")
    expect(hidden).to_contain_text("not drawn")
    text = int(re.search(r"\d+", hidden.inner_text())[0])
    few = page.locator(".node").count()
    page.get_by_role("link", name="Draw more").click()
    page.wait_for_url("**limit=10**")
    settled(page)
    assert page.locator(".node").count() == few + 5
    assert int(re.search(r"\d+", hidden.inner_text())[0]) == text - 5

    page = north.open(f"{SESSION}/dependencies?application=ERP+Zentral")
    closed = page.locator("a[href*='open=']").first
    name = str(closed.locator(".name").text_content())
    closed.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**open=**")
    settled(page)
    expect(page.locator(".box-name", has_text=name)).to_be_visible()
    page.get_by_role("link", name=f"Close {name}").click()
    page.wait_for_url(lambda url: "open=" not in url)


@pytest.mark.parametrize(
    "query", ["status=confirmed", "port=1433", "relation=depends_on", "environment=test"]
)
def test_each_filter_narrows_drawing_and_table_alike(north: Visitor, query: str):
    start = f"{SESSION}/dependencies?application=CRM+Vertrieb&limit=200&infrastructure=true"
    everything = north.open(start)
    narrowed = north.open(f"{start}&{query}")
    all_rows, rows = (count_told(page) for page in (everything, narrowed))
    assert 0 < rows < all_rows
    drawn = [page.locator("path.edge[data-ends]").count() for page in (everything, narrowed)]
    assert 0 < drawn[1] < drawn[0] <= all_rows
    value = query.split("=")[1].replace("_", " ")
    if not query.startswith("environment"):
        for row in narrowed.get_by_role("table", name="Dependencies").locator("tbody tr").all():
            assert value in row.inner_text().replace("declared and observed", "confirmed")


def count_told(page: Page) -> int:
    text = page.locator("section", has=page.locator("#table")).get_by_role("status").inner_text()
    return int(re.match(r"[\d\u202f]+", text)[0].replace("\u202f", ""))


def test_the_drawing_is_saved_as_svg_and_png(north: Visitor, tmp_path):
    page = north.open(f"{SESSION}/dependencies?application=CRM+Vertrieb")
    for name, begins in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        file = tmp_path / name
        download.value.save_as(file)
        content = file.read_bytes()
        assert content.startswith(begins)
        assert len(content) > 5_000
    assert "crm-db-p01" in (tmp_path / "SVG").read_text()
    assert north.complaints == []


def test_facets_agree_with_the_rows_they_lead_to(north: Visitor):
    page = north.open(f"{SESSION}/assets")
    types = page.locator("section", has=page.get_by_role("heading", name="Type", exact=True))
    option = types.get_by_role("link").filter(has_text="database")
    count = int(option.locator("span").last.inner_text())
    option.click()
    page.wait_for_url("**type=database**")
    expect(page.get_by_role("status").first).to_have_text(re.compile(f"^{count} assets that match"))
    page.get_by_role("columnheader", name="Confidence").get_by_role("link").click()
    page.wait_for_url("**sort=confidence**")
    assert page.get_by_role("table", name="Assets").locator("tbody tr").count() == min(count, 50)
    page.reload()
    expect(page.get_by_role("status").first).to_have_text(re.compile(f"^{count} assets that match"))


def test_pages_of_the_inventory_visit_every_asset_once(north: Visitor):
    page = north.open(f"{SESSION}/assets?sort=confidence")
    seen: list[str | None] = []
    while True:
        links = page.get_by_role("table", name="Assets").locator("tbody th a")
        seen += [link.get_attribute("href") for link in links.all()]
        following = page.get_by_role("link", name="Next page")
        if following.count() == 0:
            break
        page.goto(str(following.get_attribute("href")))
    total = int(page.get_by_role("status").first.locator("strong").inner_text())
    assert len(seen) == len(set(seen)) == total


def test_the_scheme_is_chosen_and_kept(north: Visitor):
    page = north.open(SESSION)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Theme").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark


def test_a_page_that_waits_for_a_step_says_which(north: Visitor, server: Served, tmp_path):
    nothing = tmp_path / "nothing.csv"
    nothing.write_text("Source,Relationship,Target\n")
    server.home.json("import", nothing, "--client", "north", "--engagement", "empty")
    for path in ("", "/quality", "/assets", "/dependencies", "/plan", "/changes"):
        page = north.open(f"/engagements/north.empty/sessions/s001{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        keep(page, f"empty{path.replace('/', '-') or '-session'}")
        page.close()
    assert north.complaints == []


def test_what_a_person_decided_is_shown_with_its_author(north: Visitor, server: Served):
    page = north.open("/engagements/north.exit/sessions/s001/assets?q=FS01")
    page.get_by_role("table", name="Assets").locator("tbody a").first.click()
    page.wait_for_url("**/assets/*")
    asset = page.url.rpartition("/")[2]
    words = ("--author", "Kim", "--reason", "said the <b>owner</b>", "--no-run")
    done = server.home.run("override", "set", asset, "criticality", "high", *words, *NORTH)
    assert done.returncode == 0, done.stderr
    page.reload()
    decided = page.get_by_role("region", name="Decisions")
    expect(decided).to_contain_text("Criticality: high")
    expect(decided).to_contain_text("said the <b>owner</b>")
    expect(decided).to_contain_text("Kim")


def test_what_needs_a_person_is_a_workbook_one_click_away(north: Visitor, tmp_path):
    page = north.open(f"{SESSION}/quality")
    with page.expect_download() as download:
        page.get_by_role("link", name="Decisions workbook as XLSX").click()
    download.value.save_as(tmp_path / "decisions.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "decisions.xlsx")["Assets"]
    assert sheet.max_row > 6, "at least the assets of unknown type"
