"""A consultant's first day in the browser, by mouse once and by keyboard only once.

It goes from seven messy files to a plan that is signed off and a link for the client.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from discovery_dagster.domain.roles import Role
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.pages.browsing import DESKTOP, PHONE, TABLET, Visitor, keep, settled
from discovery_dagster_tests.services import Services, running
from discovery_dagster_tests.serving import Served

MOST_ACTIONS = 60
PATIENCE = 180_000  # milliseconds that a run, and the services that begin it, may take

#: What seven people sent: lists that differ, a table that nobody can read, a line that is broken, a
#: word that nobody knows, an address that is nobody's.
FILES = {
    "servers.csv": "Hostname,IP Address,Typ,Environment,Owner\n"
    + "".join(f"shop-web-0{at},10.7.0.{at},Kiste,Production,Retail\n" for at in (1, 2, 3))
    + "shop-db-01,10.7.0.9,Datenbankserver,Production,Retail\n"
    + "".join(f"lager-0{at},10.7.2.{at},Kiste,Production,Retail\n" for at in (1, 2))
    + "hr-app-01,10.7.1.1,Kiste,Production,People\nhr-db-01,10.7.1.2,Kiste,Production,People\n",
    "hr.csv": "Hostname;IP Address\nhr-app-01;10.7.1.1\nhr-db-01;10.7.1.2;too;many;cells\n;\n",
    "monitoring.csv": "Host,IP,Storage (GB)\nshop-db-01,10.7.0.9,512\nshop-web-01,10.7.0.1,64\n",
    "assets.csv": "Hostname,IP Address,Storage (GB)\nshop-db-01,10.7.0.9,500\n",
    "depot.csv": "kmrk;zust;wert\n0017;offen;16384\n0018;zu;32768\n",
    "applications.csv": "Application,Server,Business Owner\n"
    + "".join(f"Webshop,shop-web-0{at},Retail\n" for at in (1, 2, 3))
    + "Webshop,shop-db-01,Retail\nPersonnel,hr-app-01,People\nPersonnel,hr-db-01,People\n",
    "connections.csv": "Source Host,Destination Host,Destination Port\n"
    + "".join(f"shop-web-0{at},shop-db-01,1433\n" for at in (1, 2, 3))
    + "hr-app-01,hr-db-01,1433\nhr-app-01,10.7.9.9,25\nhr-app-01,shop-web-01,443\n",
}


@dataclass
class Hands:
    """Somebody who works by mouse or by keyboard alone; each thing they do counts."""

    page: Page
    by_mouse: bool
    actions: int = 0
    steps: list[str] = field(default_factory=list)

    def press(self, target: Locator) -> None:
        """Activate a link, a button, a fold or a choice."""
        self.actions += 1
        if self.by_mouse:
            target.click()
            return
        target.focus()
        is_choice = target.evaluate("it => it.matches('input[type=radio]')")
        target.press("Space" if is_choice else "Enter")

    def type(self, label: str, text: str, within: Locator | None = None) -> None:
        """Type into a field."""
        self.actions += 1
        target = (within or self.page).get_by_label(label)
        if self.by_mouse:
            target.click()
        else:
            target.focus()
        target.fill(text)

    def choose(self, target: Locator, **option: str) -> None:
        """Choose from a list."""
        self.actions += 1
        target.focus()
        target.select_option(**option)  # type: ignore[arg-type]

    def files(self, label: str, *files: Path) -> None:
        """Choose files; a browser's dialogue cannot be tested."""
        self.actions += 1
        self.page.get_by_label(label).set_input_files(files)

    def look(self, step: str) -> None:
        """See that axe finds nothing, and keep pictures of the step on every screen."""
        settled(self.page)
        self.steps.append(step)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            result = Axe().run(self.page)
            assert result.violations_count == 0, f"{step}, {scheme}: {result.generate_report()}"
            for device, size in (("phone", PHONE), ("tablet", TABLET), ("desktop", DESKTOP)):
                if not self.by_mouse:
                    continue
                self.page.set_viewport_size({"width": size[0], "height": size[1]})
                wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, f"{step} is {wide} pixels wider than a {device}"
                keep(self.page, f"day-{len(self.steps):02}-{step}-{device}-{scheme}")
        self.page.emulate_media(color_scheme="light")

    def wait_until(self, url: str, is_so: Callable[[], bool]) -> None:
        """Open a page anew until something is so, which a person sees by itself or by F5."""
        for _ in range(PATIENCE // 1000):
            self.page.goto(url)
            if is_so():
                return
            self.page.wait_for_timeout(1000)
        raise AssertionError(f"{url} did not become as expected: {self.page.inner_text('main')}")


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """Everything that `discovery up` starts, in a home of its own."""
    with open_folder() as folder, Installation(folder / "home") as home, running(home) as up:
        yield up


@pytest.mark.long
@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_first_day(browser: Browser, services: Services, tmp_path: Path, by: str):
    served = Served(services.api_url, services.home, services.process.pid)
    first = tmp_path / "first.csv"
    first.write_text("Hostname\nolder-01\n")
    client = f"day-{by}"
    services.home.json("import", first, "--client", client, "--engagement", "exit")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    token = served.token(client, role=Role.OPERATOR, name="Ann Li")
    with Visitor.of(browser, served, client, bypass_csp=True, token=token) as ann:
        page = ann.page()
        hands = Hands(page, by == "mouse", actions=2)  # the token, and signing in with it
        day(hands, f"/engagements/{client}.exit", tmp_path)
        link = page.get_by_label("Link that signs in").input_value()
        assert hands.actions < MOST_ACTIONS
        assert ann.complaints == []
    looks(browser, served, link, f"/engagements/{client}.exit/sessions/s002")


def day(hands: Hands, engagement: str, folder: Path) -> None:
    """What she does, to the link for the client."""
    page, session = hands.page, f"{engagement}/sessions/s002"
    page.goto("/engagements")
    hands.press(page.get_by_role("link", name=engagement.rpartition("/")[2]).first)
    page.wait_for_url(f"**{engagement}")
    hands.files("Files:", *(folder / name for name in FILES))
    hands.type("Title", "Export of May")
    hands.look("import")
    hands.press(page.get_by_role("button", name="Look first"))
    expect(page.get_by_role("heading", name="What a row of each table is")).to_be_visible(
        timeout=PATIENCE
    )
    hands.look("dry-run")
    hands.press(page.get_by_role("button", name="Start the import"))
    expect(page.get_by_text("7 files were received")).to_be_visible()
    hands.wait_until(engagement, lambda: page.get_by_role("link", name="s002").count() > 0)
    hands.press(page.get_by_role("link", name="s002").first)
    is_done(hands, session)
    hands.look("session")

    hands.press(page.get_by_role("link", name="Data quality"))
    page.wait_for_url("**/quality*")
    hands.look("quality")
    with page.expect_download() as download:
        hands.press(page.get_by_role("link", name="Rejected records as XLSX to correct"))
    corrected = folder / "corrected.xlsx"
    download.value.save_as(corrected)
    correct(corrected)

    page.goto(f"{session}/teaching")
    hands.actions += 1
    hands.press(page.get_by_role("link", name="Teach depot.csv"))
    page.wait_for_url("**/teaching/*")
    hands.press(page.get_by_role("radio", name="a machine or"))
    hands.choose(page.get_by_label("kmrk is", exact=True), value="name")
    settled(page)
    expect(page.get_by_role("table", name="Records that come out")).to_contain_text("0017")
    hands.look("teaching")
    hands.type("Reason", "list of the depot")
    hands.press(page.get_by_role("button", name="Keep"))
    expect(page.get_by_text("Kept: the format depot.")).to_be_visible()

    hands.press(page.get_by_role("link", name="Review"))
    page.wait_for_url("**/review*")
    questions(hands)
    hands.press(page.get_by_role("link", name="Session", exact=True))
    page.wait_for_url(f"**{session}")
    hands.files("Files to add to s002", corrected)
    hands.press(page.get_by_role("button", name="Add to this session"))
    expect(page.get_by_text("1 file was received")).to_be_visible()
    hands.look("added")
    hands.wait_until(session, lambda: page.get_by_text("corrected.xlsx").count() > 0)
    is_done(hands, session)
    expect(page.get_by_role("row", name="hr.csv generic.assets 3 2 0 1")).to_be_visible()
    expect(page.get_by_text("was rejected")).to_have_count(0)

    hands.press(page.get_by_role("link", name="Dependencies", exact=True))
    page.wait_for_url("**/dependencies*")
    settled(page)
    hands.look("applications")
    plan(hands, session)
    hand_out(hands, engagement, session)


def questions(hands: Hands) -> None:
    """A word that nobody knows, and an address that is another one of a machine."""
    page = hands.page
    answer(hands, "What does “Kiste” mean?", "server")
    hands.look("review")
    mail = page.locator("[data-question]", has_text="10.7.9.9").first
    hands.type("An asset, by its name or id", "hr-db-01", mail)
    page.keyboard.press("Tab")
    settled(page)
    hands.press(mail.get_by_role("button", name="Answer"))
    expect(page.get_by_text("Answered:").first).to_contain_text("10.7.9.9")


def plan(hands: Hands, session: str) -> None:
    """A cap, a freeze, a group that is moved, two scenarios, and one of them as the plan."""
    page = hands.page
    hands.press(page.get_by_role("link", name="Groups & waves"))
    page.wait_for_url("**/plan*")
    limit(hands, "Cap the waves", "assets-per-wave", "Assets in a wave", "10")
    limit(hands, "Freeze", "freeze", "Assets, groups", "hr-app-01")
    hands.look("plan")
    if hands.by_mouse:
        hands.actions += 1
        page.locator("[data-group]").first.drag_to(page.locator("[data-wave]").last)
    else:
        move_by_menu(hands)
    expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
    hands.look("preview")
    hands.type("Name of the scenario", "careful")
    hands.press(page.get_by_role("button", name="Save as a scenario"))
    page.wait_for_url("**/plan/scenarios")
    hands.press(page.get_by_role("button", name="Compare"))
    expect(page.get_by_role("table", name="Side by side")).to_be_visible()
    hands.look("scenarios")
    hands.press(page.get_by_role("button", name="Make “careful” the plan"))
    expect(page.get_by_text("asked for a run")).to_be_visible()
    hands.look("applied")
    is_done(hands, session)
    hands.press(page.get_by_role("link", name="Groups & waves"))
    page.wait_for_url("**/plan*")
    hands.type("Who signs it off", "Dr. Lee")
    hands.press(page.get_by_role("button", name="Sign off"))
    expect(page.get_by_text("signed this plan off.")).to_be_visible()
    hands.look("signed")


def hand_out(hands: Hands, engagement: str, session: str) -> None:
    """The report, and a link for the client."""
    page = hands.page
    hands.press(page.get_by_role("link", name="Session", exact=True))
    page.wait_for_url(f"**{session}")
    hands.press(page.get_by_role("link", name="Downloads"))
    page.wait_for_url("**/downloads")
    hands.look("downloads")
    with page.expect_download() as download:
        hands.press(page.get_by_role("button", name="Web page"))
    assert "Webshop" in Path(str(download.value.path())).read_text()
    hands.press(page.get_by_role("link", name=engagement.rpartition("/")[2]).first)
    page.wait_for_url(f"**{engagement}")
    hands.press(page.get_by_role("link", name="Access"))
    hands.type("Whom it is for", "Client Ltd")
    hands.press(page.get_by_role("button", name="Make a link"))
    expect(page.get_by_label("Link that signs in")).to_be_visible()
    hands.look("link")


def looks(browser: Browser, served: Served, link: str, session: str) -> None:
    """The client, who sees all of it and finds nothing to change it with."""
    context = browser.new_context(base_url=served.url)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/engagements**")
    for path in ("", "/review", "/plan", "/assets", "/dependencies"):
        page.goto(session + path)
        assert page.locator("main form[method=post]").count() == 0, path
        assert "careful" not in page.locator("main").inner_text(), path
    page.goto(f"{session}/plan")
    expect(page.get_by_text("signed this plan off.")).to_be_visible()
    assert page.goto(f"{session}/plan/scenarios").status == 403  # type: ignore[union-attr]
    context.close()


def is_done(hands: Hands, session: str) -> None:
    """Wait for the end of a run that was asked for."""
    hands.wait_until(session, lambda: "done" in hands.page.locator("h1").inner_text())


def answer(hands: Hands, title: str, choice: str) -> None:
    """Answer a question of the queue as the preview shows it."""
    question = hands.page.locator("[data-question]", has_text=title)
    hands.press(question.locator(f"input[type=radio][value={choice}]"))
    expect(question.get_by_role("table", name="What this would change")).to_be_visible()
    hands.press(question.get_by_role("button", name="Answer"))
    expect(question).to_have_count(0)


def limit(hands: Hands, title: str, kind: str, label: str, value: str) -> None:
    """Set a limit of the plan after a look at what it changes."""
    page = hands.page
    hands.press(page.locator("summary", has_text=title).first)
    form = page.locator("form", has=page.locator(f"input[value='{kind}']")).first
    hands.type(label, value, form)
    hands.press(form.get_by_role("button", name="Show what it changes"))
    hands.press(page.get_by_role("button", name="Set it"))
    page.wait_for_url("**done=**")


def move_by_menu(hands: Hands) -> None:
    """Move a group by its menu, as people do without a mouse."""
    page = hands.page
    group = page.locator("[data-group]").first
    hands.press(group.locator("summary", has_text="Move").first)
    hands.press(group.get_by_role("button", name="Show what it changes"))


def correct(workbook: Path) -> None:
    """Take the cells away that are too many, as somebody would who knows what the line means."""
    book = openpyxl.load_workbook(workbook)
    for sheet in book:
        headers = [cell.value for cell in sheet[1]]
        surplus = sheet.cell(2, headers.index("discovery surplus") + 1)
        assert surplus.value == "too | many | cells"
        surplus.value = None
    book.save(workbook)
