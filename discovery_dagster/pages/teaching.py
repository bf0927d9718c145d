"""Teaching: what a row of a table is and what its columns mean, with the records that come out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from discovery_dagster.api.security import SessionOf, StateOf, ViewerOf
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.decisions.taught_formats import FormatDecision, in_force
from discovery_dagster.domain.format_trial import TriedTable, try_formats
from discovery_dagster.domain.intake import RecognisedTable
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables.words import Grain, GrainStatus
from discovery_dagster.domain.teaching import choosing
from discovery_dagster.domain.teaching.choosing import ColumnChoice, Draft, UnfitChoiceError
from discovery_dagster.domain.teaching.drafting import may_be_taught
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.editing import (
    EditorOf,
    form_for,
    may_decide_for_client,
    require_client,
)
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.outdated import Outdated, outdated
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import source_tables
from discovery_dagster.store.decisions import grains, taught_formats
from discovery_dagster.store.source_tables import NoSuchTableError

router = APIRouter()

_TEACHING = "/engagements/{engagement}/sessions/{session}/teaching"

#: Records that a trial shows.
MOST_RECORDS = 8
#: Fields of a record that it shows.
MOST_FIELDS = 12

Row = Mapping[str, Any]
Fields = Annotated[list[str] | None, Query()]


@dataclass(frozen=True)
class ColumnRow:
    """A column as the form shows it: what it is now said to be, and some of its values."""

    name: str
    field: str
    unit: str
    samples: Sequence[str]


@dataclass(frozen=True)
class Trial:
    """What the choices give: number of records by outcome, and the first of them."""

    grain: str
    outcomes: Sequence[tuple[str, int]]
    headers: Sequence[str]
    records: Sequence[Sequence[str]]
    issues: int
    first_issue: str | None


@dataclass(frozen=True)
class TeachingPage(Page):
    """Context of `teaching.html`."""

    template: ClassVar[str] = "teaching.html"

    key: SessionKey = shown("the session")
    pending: Pending | None = shown("why there is nothing to show yet")
    tables: Sequence[Row] = shown("its tables, those that wait first")
    formats: Sequence[FormatDecision] = shown("the formats that the client was taught")
    kept: str | None = shown("the format that was kept just now")
    form: str | None = shown("the form token; none of who may not decide for the client")
    outdated: Outdated | None = shown("what a run would mend")


@dataclass(frozen=True)
class TeachTablePage(Page):
    """Context of `teach_table.html`."""

    template: ClassVar[str] = "teach_table.html"

    key: SessionKey = shown("the session")
    table: Row = shown("the table and what its records were taken for")
    url: str = shown("the page of this table")
    columns: Sequence[ColumnRow] = shown("the columns")
    name: str = shown("name of the format")
    grain: str = shown("what a row is said to be")
    grains: Sequence[tuple[str, str]] = shown("what a row may be, and what that means")
    fields: Sequence[str] = shown("what a column may be")
    units: Sequence[str] = shown("units of bare amounts")
    trial: Trial | None = shown("the records that come out")
    problem: str | None = shown("why the choices make no format")
    form: str | None = shown("the form token; none of who may not decide for the client")


#: What a row may be, in words.
_GRAINS: Mapping[Grain, str] = {
    Grain.THING: "a thing, such as a machine or an application",
    Grain.DETAIL: "a detail of a thing that another row declares, such as a disk",
    Grain.OBSERVATION: "an observation about a thing, such as a finding or a patch",
    Grain.RELATION: "a relation between two things",
    Grain.NOTHING: "nothing that is used",
}


@router.get(_TEACHING)
def page(
    request: Request, session: SessionOf, shared: StateOf, kept: str | None = None
) -> HTMLResponse:
    """Show the tables of a session and what was taught."""
    around = frame.of_session(session, "quality", "Teaching", shared.dagster_url)
    missing, _ = waits_for(shared, request, session, "field_mapping")
    form = _form(request, shared, session)
    if missing:
        return html(TeachingPage(around, session, missing, [], [], None, form, None))
    rows = grains.tables(shared.database, session)
    taught = in_force(taught_formats.history(shared.database, session.engagement))
    names = [each.format for each in taught]
    return html(
        TeachingPage(
            around,
            session,
            None,
            sorted(rows, key=lambda row: row["status"] != GrainStatus.WAITING),
            taught,
            kept if kept in names else None,
            form,
            outdated(shared, session) if form else None,
        )
    )


@router.get(f"{_TEACHING}/{{number}}")
def table_page(
    request: Request,
    session: SessionOf,
    number: int,
    shared: StateOf,
    name: str = "",
    grain: str = "",
    column: Fields = None,
    field: Fields = None,
    unit: Fields = None,
) -> HTMLResponse:
    """Show a table, what it is taken for and, as far as chosen, the records that come out.

    Raises:
        NoSuchTableError: when the session has no such table.
    """
    row, table = _find(shared, session, number)
    known = choosing.drafted(table)
    choices = _choices(column, field, unit)
    wanted = grain or known.grain or ""
    trial, problem = None, None
    try:
        declared = choosing.declare(known, name or known.format, wanted, choices)
        trial = _trial(try_formats([table], [declared])[0])
    except UnfitChoiceError as error:
        problem = str(error)
    return html(
        TeachTablePage(
            frame.of_session(session, "quality", "Teaching", shared.dagster_url),
            session,
            row,
            links.session(session, f"teaching/{number}"),
            _columns(known, choices),
            name or known.format,
            wanted,
            [(each.value, _GRAINS[each]) for each in choosing.GRAINS],
            choosing.fields(),
            choosing.units(),
            trial,
            problem,
            _form(request, shared, session),
        )
    )


@router.post(f"{_TEACHING}/{{number}}/format")
def keep(
    editor: EditorOf,
    viewer: ViewerOf,
    session: SessionOf,
    number: int,
    shared: StateOf,
    name: Annotated[str, Form()] = "",
    grain: Annotated[str, Form()] = "",
    column: Annotated[list[str] | None, Form()] = None,
    field: Annotated[list[str] | None, Form()] = None,
    unit: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Keep the choices as a format of the client, and show what was taught.

    Raises:
        HTTPException: 403 when the token is not for all of the client.
        NoSuchTableError: when the session has no such table.
        UnfitChoiceError: when the choices make no format.
        InvalidOverrideError: when there is no reason.
    """
    require_client(viewer, session.engagement)
    _, table = _find(shared, session, number)
    why = read_words(reason, "reason")
    choices = _choices(column, field, unit)
    declared = choosing.declare(choosing.drafted(table), name, grain, choices)
    taught_formats.add(
        shared.database, session.engagement, [declared], editor.name, why, editor.origin
    )
    url = links.session(session, "teaching", kept=declared.format)
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)


@router.post(f"{_TEACHING}/formats/{{name}}/remove")
def remove(
    editor: EditorOf,
    viewer: ViewerOf,
    session: SessionOf,
    name: str,
    shared: StateOf,
    reason: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Take a format back, and show what is taught.

    Raises:
        HTTPException: 403 when the token is not for all of the client.
        NoSuchFormatError: when no such format holds.
    """
    require_client(viewer, session.engagement)
    why = read_words(reason or "taken back", "reason")
    taught_formats.remove(
        shared.database, session.engagement, name, editor.name, why, editor.origin
    )
    return RedirectResponse(links.session(session, "teaching"), HTTPStatus.SEE_OTHER)


def _form(request: Request, shared: StateOf, session: SessionKey) -> str | None:
    viewer = request.state.viewer
    if not may_decide_for_client(viewer, session.engagement):
        return None
    return form_for(shared, viewer, session.engagement)


def _find(shared: StateOf, session: SessionKey, number: int) -> tuple[Row, RecognisedTable]:
    rows = grains.tables(shared.database, session)
    row = next((one for one in rows if one["table"] == number), None)
    table = source_tables.find(shared.database, shared.objects, session, number)
    if row is None or not may_be_taught(table[1]):
        raise NoSuchTableError(f"{session} has no table {number} that could be taught.")
    return row, table


def _choices(
    columns: Sequence[str] | None, fields: Sequence[str] | None, units: Sequence[str] | None
) -> dict[str, ColumnChoice]:
    """What was chosen for each column; the form has them side by side."""
    names, chosen, amounts = columns or [], fields or [], units or []
    if not len(names) == len(chosen) == len(amounts):
        raise UnfitChoiceError("The form did not arrive whole: open the page anew.")
    return {
        name: ColumnChoice(field, unit or None)
        for name, field, unit in zip(names, chosen, amounts, strict=True)
    }


def _columns(known: Draft, choices: Mapping[str, ColumnChoice]) -> list[ColumnRow]:
    rows = []
    for each in known.columns:
        choice = choices.get(each.name) or ColumnChoice(each.field, each.unit)
        rows.append(ColumnRow(each.name, choice.field, choice.unit or "", each.samples))
    return rows


def _trial(tried: TriedTable) -> Trial:
    records = (tried.assets or tried.relations)[:MOST_RECORDS]
    headers = list(dict.fromkeys(key for record in records for key in record))[:MOST_FIELDS]
    return Trial(
        tried.grain,
        sorted(tried.outcomes.items()),
        headers,
        [[_cell(header, record.get(header)) for header in headers] for record in records],
        len(tried.issues),
        tried.issues[0]["message"] if tried.issues else None,
    )


def _cell(header: str, value: Any) -> str:
    if header == "custom" and value:
        return "; ".join(f"{name}: {text}" for name, text in json.loads(value).items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
