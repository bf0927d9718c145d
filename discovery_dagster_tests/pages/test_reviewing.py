"""An editor answers what needs a person, and teaches a table, by keyboard; axe looks on."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from discovery_dagster.domain.roles import Role
from discovery_dagster_tests.pages.browsing import TABLET, Visitor, settled
from discovery_dagster_tests.pages.test_working import look, press, type_into
from discovery_dagster_tests.serving import Served

ENGAGEMENT = "/engagements/lakeside.exit"
SESSION = f"{ENGAGEMENT}/sessions/s001"

FILES = {
    "cmdb.csv": "Hostname,IP Address,Typ\nlake-01,10.8.0.1,Kiste\nlake-02,10.8.0.2,Kiste\n",
    "depot.csv": "kmrk;zust;wert\n0017;offen;16384\n0018;zu;32768\n",
}


@pytest.mark.long
def test_an_editor_answers_undoes_and_teaches_by_keyboard(
    browser: Browser, server: Served, tmp_path: Path
):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    server.home.json("import", tmp_path, "--client", "lakeside", "--engagement", "exit")
    token = server.token("lakeside", role=Role.EDITOR, name="Ann Li")
    with Visitor.of(browser, server, "lakeside", size=TABLET, bypass_csp=True, token=token) as ann:
        page = ann.open(f"{SESSION}/review?kind=Dictionary#queue")
        question = page.locator("[data-question]", has_text="What does “Kiste” mean?")
        expect(question).to_be_focused()
        page.keyboard.press("1")
        expect(question.get_by_role("table", name="What this would change")).to_be_visible()
        look(page, "review")
        page.keyboard.press("a")
        expect(page.get_by_text("Answered: Type of Kiste is server.")).to_be_visible()
        expect(question).to_have_count(0)
        page.keyboard.press("u")
        expect(question).to_be_visible()

        press(question.get_by_role("button", name="Later"))
        expect(page.get_by_role("heading", name="Put aside")).to_be_visible()
        expect(question).to_have_count(0)

        ann.open(f"{SESSION}/review/people", page)
        expect(page.get_by_role("table", name="Who can be asked")).to_be_visible()
        look(page, "people")

        ann.open(f"{SESSION}/teaching", page)
        press(page.get_by_role("link", name="Teach depot.csv"))
        page.wait_for_url("**/teaching/*")
        page.get_by_role("radio", name="a machine or").press("Space")
        page.get_by_label("kmrk is", exact=True).select_option("name")
        settled(page)
        records = page.get_by_role("table", name="Records that come out")
        expect(records).to_contain_text("0017")
        look(page, "teaching")
        type_into(page, "Reason", "list of the depot")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Kept: the format depot.")).to_be_visible()

        ann.open(f"{ENGAGEMENT}", page)
        page.get_by_label("Files:").set_input_files(tmp_path / "depot.csv")
        press(page.get_by_role("button", name="Look first"))
        expect(page.get_by_text("taught by Ann Li").first).to_be_visible()
        look(page, "dry-run")
        press(page.get_by_role("button", name="Discard the files"))
        page.wait_for_url(f"**{ENGAGEMENT}*")
        assert ann.complaints == []
