"""What a screen has room for: numbers of a table, filters, the tab that is open, the whole way."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from discovery_dagster_tests.pages.browsing import PHONE, TABLET, Visitor
from discovery_dagster_tests.serving import Served

SESSION = "/engagements/north.exit/sessions/s001"
WIDE = (1440, 900)


def right_edge(of: Locator) -> float:
    box = of.bounding_box()
    assert box, "it is not shown"
    assert box["x"] >= 0
    return box["x"] + box["width"]


def test_the_numbers_of_engagements_are_in_sight_on_a_wide_screen(browser: Browser, server: Served):
    with Visitor.of(browser, server, "north", size=WIDE) as visitor:
        table = visitor.open("/engagements").get_by_role("group", name="Engagements")
        for name in ("Assets", "Dependencies", "Waves", "Needs attention"):
            heading = table.get_by_role("columnheader", name=name)
            assert right_edge(heading) <= right_edge(table), name


def test_filters_of_the_inventory_leave_most_of_a_tablet_to_its_rows(
    browser: Browser, server: Served
):
    with Visitor.of(browser, server, "north", size=TABLET) as visitor:
        filters = visitor.open(f"{SESSION}/assets").get_by_role("navigation", name="Filters")
        expect(filters).to_contain_text("virtual machine")
        box = filters.bounding_box()
        assert box and box["height"] <= TABLET[1] / 4


@pytest.mark.parametrize("path", ["", "/dependencies", "/changes"])
def test_a_phone_shows_the_open_tab_and_the_whole_way(browser: Browser, server: Served, path: str):
    with Visitor.of(browser, server, "north", size=PHONE) as visitor:
        page = visitor.open(SESSION + path)
        tab = page.locator(".tabs [aria-current=page]")
        assert right_edge(tab) <= PHONE[0]
        way = page.get_by_role("navigation", name="Where you are").get_by_role("link")
        assert way.all_inner_texts() == ["Engagements", "north.exit", "s001"]
        assert all(right_edge(link) <= PHONE[0] for link in way.all())


def test_endpoints_that_need_attention_are_one_click_away(north: Visitor):
    page = north.open(SESSION)
    page.get_by_role("link", name="Endpoints", exact=True).click()
    page.wait_for_url("**/review?kind=**")
    here = page.get_by_role("group", name="Questions to show").locator("[aria-current=true]")
    expect(here).to_contain_text("Endpoints")
    titles = page.locator("[data-question] h2").all_inner_texts()
    assert titles and all("10." in title or "172." in title for title in titles)
