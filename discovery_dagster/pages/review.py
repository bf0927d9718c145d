"""The review queue: all that needs a person in one list, and what an answer would change."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.review import KINDS, Choice, Item
from discovery_dagster.domain.review.items import key_of
from discovery_dagster.pages import frame, links, review_words
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.editing import form_for, may_decide_for_client, require_editor
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.outdated import Outdated, outdated
from discovery_dagster.pages.review_words import Change
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import review
from discovery_dagster.store.decisions.answers import given
from discovery_dagster.store.decisions.answers.given import GivenAnswer
from discovery_dagster.store.decisions.log import Decision

router = APIRouter()

REVIEW = "/engagements/{engagement}/sessions/{session}/review"

#: Items that a page lists; the next ones come as these are answered.
MOST_ITEMS = 25
#: Rows of an item that are listed; an answer is for the others, too.
MOST_ROWS = 40
#: Things that a preview lists, so that its button stays in sight.
MOST_CHANGES = 10
#: Answers with a digit; the others are in a list.
DIGITS = 9
#: Answers given lately, each of which can be taken back.
MOST_GIVEN = 10


@dataclass(frozen=True)
class Row:
    """One of the questions of an item: what it is about, and what holds of it now."""

    key: str
    subject: str
    now: str


@dataclass(frozen=True)
class Entry:
    """An item as the page shows it.

    `choices`, each beside how it is read, have a digit each; `others` are in a list.
    """

    item: Item
    title: str
    consequence: str
    facts: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    choices: Sequence[tuple[Choice, str]]
    others: Sequence[tuple[Choice, str]]
    may_answer: bool


@dataclass(frozen=True)
class Kind:
    """One way to narrow the queue down."""

    name: str
    count: int
    here: bool
    url: str


@dataclass(frozen=True)
class ReviewPage(Page):
    """Context of `review.html`."""

    template: ClassVar[str] = "review.html"

    key: SessionKey = shown("the session")
    pending: Pending | None = shown("why there is nothing to show yet")
    kinds: Sequence[Kind] = shown("what the queue can be narrowed to")
    entries: Sequence[Entry] = shown("the first items of the queue")
    more: int = shown("how many more there are")
    aside: Sequence[Decision] = shown("what is to be asked later, or of somebody")
    given: Sequence[GivenAnswer] = shown("answers of late, each of which can be taken back")
    news: GivenAnswer | None = shown("the answer that was given last")
    kind: str | None = shown("the only kind that is listed")
    at: int = shown("the place in the list where the last answer was given")
    form: str | None = shown("the form token; none of who may only look")
    outdated: Outdated | None = shown("what a run would mend")


@dataclass(frozen=True)
class ReviewPreviewPage(Page):
    """Context of `review_preview.html`."""

    template: ClassVar[str] = "review_preview.html"

    key: SessionKey = shown("the session")
    item: Item = shown("what is answered")
    title: str = shown("the question")
    changes: Sequence[Change] = shown("what would change, by thing")
    more: int = shown("how many more things would change")
    fields: Sequence[tuple[str, str]] = shown("what the form sends besides")
    form: str = shown("the form token")


@router.get(REVIEW)
def page(
    request: Request,
    session: SessionOf,
    shared: StateOf,
    kind: str | None = None,
    answered: str | None = None,
    at: int = 0,
) -> HTMLResponse:
    """Show the queue; `answered` is the answer given last, `at` where it was given."""
    viewer = request.state.viewer
    missing, _ = waits_for(shared, request, session, "dependencies")
    around = frame.of_session(session, "review", dagster_url=shared.dagster_url)
    if missing:
        return html(
            ReviewPage(around, session, missing, [], [], 0, [], [], None, None, 0, None, None)
        )
    queue = review.queue(shared.database, shared.objects, session)
    asked = [item for item in queue.items if item.key not in queue.aside]
    chosen = [item for item in asked if kind is None or item.sheet == kind]
    form = form_for(shared, viewer, session.engagement)
    lately = given.given(shared.database, session, MOST_GIVEN) if form else []
    still_open = {item.key for item in queue.items}
    return html(
        ReviewPage(
            around,
            session,
            None,
            _kinds(session, asked, kind),
            [_entry(item, form, viewer, session) for item in chosen[:MOST_ITEMS]],
            max(len(chosen) - MOST_ITEMS, 0),
            [each for key, each in queue.aside.items() if key in still_open],
            lately,
            next((one for one in lately if one.answer == answered), None),
            kind if kind in KINDS else None,
            at,
            form,
            outdated(shared, session) if form else None,
        )
    )


@router.get(f"{REVIEW}/preview")
def preview(
    request: Request,
    session: SessionOf,
    shared: StateOf,
    item: str = "",
    answer: str = "",
    other: str = "",
    without: Annotated[list[str] | None, Query()] = None,
    kind: str = "",
    at: int = 0,
) -> HTMLResponse:
    """Show what an answer would change; nothing is decided.

    Raises:
        HTTPException: 403 for who may only look.
        AnsweredError: when the item is not in the queue any more.
        UnusableAnswerError: when it is not answered like this.
    """
    form = _form(shared, request.state.viewer, session)
    queue = review.queue(shared.database, shared.objects, session)
    asked, value = queue.find(item), other.strip() or answer
    answers = asked.answers(value, without or [], None, "")
    changes = review_words.changes(asked, answers)
    fields = [
        ("item", item), ("answer", value), ("seen", str(queue.as_of)), ("kind", kind),
        ("at", str(at)), *(("without", one) for one in without or []),
    ]  # fmt: skip
    return html(
        ReviewPreviewPage(
            frame.of_session(session, "review", "Preview", shared.dagster_url),
            session,
            asked,
            review_words.title(asked),
            changes[:MOST_CHANGES],
            max(len(changes) - MOST_CHANGES, 0),
            fields,
            form,
        )
    )


def _form(shared: AppState, viewer: Viewer, session: SessionKey) -> str:
    require_editor(viewer)
    form = form_for(shared, viewer, session.engagement)
    return form or ""


def _kinds(session: SessionKey, asked: Sequence[Item], here: str | None) -> list[Kind]:
    counts = Counter(item.sheet for item in asked)
    every = [Kind("All", len(asked), here is None, links.session(session, "review"))]
    return every + [
        Kind(
            review_words.KIND_NAMES[name],
            counts[name],
            name == here,
            links.session(session, "review", kind=name),
        )
        for name in KINDS
        if counts[name] or name == here
    ]


def _entry(item: Item, form: str | None, viewer: Viewer, session: SessionKey) -> Entry:
    rows = [
        Row(key_of(item.sheet, one), *review_words.row(item.sheet, one))
        for one in item.questions[:MOST_ROWS]
    ]
    may = may_decide_for_client(viewer, session.engagement) or not item.of_client
    choices = [(one, review_words.choice(item, one)) for one in item.choices]
    many = len(item.choices) > DIGITS
    shown_first = _FEW if many and item.first.get("Column") else DIGITS
    return Entry(
        item,
        review_words.title(item),
        review_words.consequence(item),
        review_words.facts(item),
        rows,
        choices[:shown_first],
        choices[shown_first:],
        form is not None and may,
    )


_FEW = 3  # of the answers about a column: yes, no, nothing; its fields are in a list
