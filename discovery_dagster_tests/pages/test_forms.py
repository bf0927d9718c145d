"""Every form of every page, as people fill it in: one field, none, all, or nonsense."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Response

from discovery_dagster_tests.pages.browsing import Visitor, settled

pytestmark = pytest.mark.usefixtures("later")

SESSION = "/engagements/north.exit/sessions/s001"

#: Pages that hold a form to be filled in, in each of its shapes.
FORMS = {
    "inventory": f"{SESSION}/assets",
    "narrowed inventory": f"{SESSION}/assets?type=database&sort=-memory_gb",
    "plan as a whole": f"{SESSION}/dependencies",
    "neighbourhood": f"{SESSION}/dependencies?application=E-Mail-Gateway",
    "changes": "/engagements/north.exit/sessions/s002/changes",
}

#: What somebody types who means it, and somebody who does not.
SENSE = {"search": "erp", "number": "443", "text": "erp"}
NONSENSE = {"search": "'\"%<b>\\😀", "number": "1e9", "text": "'\"%<b>\\😀"}

_FIELDS = "input:not([type=hidden]), select"


def fields(page: Page) -> list[Locator]:
    """The fields of the page's own form that a person sees or can unfold."""
    form = page.locator("main form").first
    for fold in form.locator("details:not([open]) > summary").all():
        fold.click()
    return form.locator(_FIELDS).all()


def fill(field: Locator, words: dict[str, str]) -> None:
    """Fill a field in: type, tick, or choose the last option."""
    if field.evaluate("field => field.localName") == "select":
        options = field.locator("option").all()
        field.select_option(options[-1].get_attribute("value"))
        return
    kind = field.get_attribute("type") or "text"
    if kind == "checkbox":
        field.set_checked(not field.is_checked())
    else:
        field.fill(words[kind])


def clear(field: Locator) -> None:
    """Leave a field empty: no text, no tick, the first option."""
    if field.evaluate("field => field.localName") == "select":
        field.select_option(index=0)
    elif field.get_attribute("type") == "checkbox":
        field.set_checked(False)
    else:
        field.fill("")


def each_alone(page: Page) -> Iterator[Callable[[Page], None]]:
    """Ways to fill the form in: each kind of field of it alone."""
    names = [field.get_attribute("name") for field in fields(page)]
    for place, name in enumerate(names):
        if name not in names[:place]:  # boxes of one name are one question
            yield lambda page, place=place: fill(fields(page)[place], SENSE)


def all_of(page: Page, act: Callable[[Locator], None]) -> None:
    """Do the same with every field, as far as the page still has it: choosing loads it anew."""
    for place in range(len(fields(page))):
        left = fields(page)
        if place < len(left):
            act(left[place])
            settled(page)


@pytest.mark.long
@pytest.mark.parametrize("name", FORMS)
def test_a_form_answers_however_it_is_filled_in(north: Visitor, name: str):
    faults: list[str] = []

    def heard(response: Response) -> None:
        if response.status >= 500:
            faults.append(f"{response.status} {response.url}")

    page = north.open(FORMS[name])
    page.on("response", heard)
    ways = [
        *each_alone(page),
        lambda page: all_of(page, clear),
        lambda page: all_of(page, lambda field: fill(field, SENSE)),
        lambda page: all_of(page, lambda field: fill(field, NONSENSE)),
    ]
    for way in ways:
        north.open(FORMS[name], page)
        way(page)
        page.locator("main form").first.get_by_role("button").first.click()
        settled(page)
        assert page.locator("h1").inner_text(), page.url
        assert page.get_by_text("Something went wrong").count() == 0, page.url
    assert faults == []


def test_an_empty_port_asks_for_any(north: Visitor):
    page = north.open(f"{SESSION}/dependencies")
    count = page.get_by_role("status").first.inner_text()
    page.get_by_role("button", name="Show").click()
    settled(page)
    assert page.get_by_role("status").first.inner_text() == count
    assert page.get_by_role("table", name="Dependencies").is_visible()


@pytest.mark.parametrize("token", ["", " ", "dsc_nonsense", "'\"\\😀", "a" * 300])
def test_nonsense_for_a_token_is_refused_in_words(north: Visitor, token: str):
    north.context.clear_cookies()
    page = north.open("/sign-in")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state("load")
    assert page.get_by_label("Token").is_visible(), "the form stays"
