"""Groups and waves: the plan as columns, each group's reason, and what crosses waves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from discovery_dagster import reference
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.planning import crossing as crossings
from discovery_dagster.domain.planning import health
from discovery_dagster.domain.planning.defaults import Assumptions
from discovery_dagster.pages import frame, links, plan_board, words
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.plan_board import Board
from discovery_dagster.pages.plan_limits import PlanEditing, editing
from discovery_dagster.pages.plan_sign_off import SignOffs, sign_offs_of
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import exports, plan_frames
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.kept import Kept, mark
from discovery_dagster.store.reading import planning

router = APIRouter()

Row = Mapping[str, Any]

REASONS = 3  # why one constraint cannot hold
CYCLES = 20
ATTENTION = 20
APPLICATIONS = 200
PAIRS = 50  # of waves, or groups, between which dependencies lead


@dataclass(frozen=True)
class Crossing:
    """How many dependencies lead from one wave to another."""

    source_wave: int
    target_wave: int
    edges: int
    infrastructure: int
    example: str


@dataclass(frozen=True)
class Limit:
    """What a person set, and why it cannot hold, if it cannot."""

    sentence: str
    messages: Sequence[str]
    more: int  # messages that are in the data only
    number: int | None = None  # of one that is in force


@dataclass(frozen=True)
class ApplicationRow:
    """An application, and when and how ready its deployments move."""

    name: str
    owner: str
    criticality: str
    readiness: str
    risk: str
    deployments: Sequence[tuple[str, str]]  # environment, waves
    unknown: str


@dataclass(frozen=True)
class PlanPage(Page):
    """Context of `plan.html`."""

    template: ClassVar[str] = "plan.html"

    key: SessionKey = shown("the session")
    pending: Pending | None = shown("why there is nothing to show yet")
    figures: Mapping[str, int] = shown("numbers of groups by kind")
    board: Board | None = shown("the waves in their order, as columns")
    applications: Sequence[ApplicationRow] = shown("applications, most critical first")
    applications_more: int = shown("how many applications are in the data only")
    assumptions: Sequence[str] = shown("what is assumed of waves where nobody sets else")
    attention: Sequence[str] = shown("what of the plan needs attention, and what mends it")
    limits: Sequence[Limit] = shown("what people set, and why some of it cannot hold")
    contradicted: bool = shown("whether anything that was set cannot hold")
    coverage: Row = shown("how much is known of the dependencies of the assets")
    cycles: Sequence[Row] = shown("sets that need each other: `assets`, `edges`, `cuts`")
    cycles_more: int = shown("how many sets are in the data only")
    late: Sequence[Row] = shown("needs of a later wave, that are no shared infrastructure")
    late_more: int = shown("how many more pairs of groups have some")
    crossing: Sequence[Crossing] = shown("dependencies between waves, most first")
    crossing_more: int = shown("how many more pairs of waves have some")
    downloads: Sequence[tuple[str, str]] = shown("the plan as data")
    editing: PlanEditing | None = shown("the forms and news of an editor; none of who only looks")
    signed: SignOffs | None = shown("who signed this plan off, and who an earlier one")


def build(
    key: SessionKey,
    *,
    pending: Pending | None = None,
    waves: Sequence[Row] = (),
    groups: Sequence[Row] = (),
    applications: Sequence[Row] = (),
    board: Board | None = None,
    crossing: Sequence[Row] = (),
    crossing_more: int = 0,
    late: Sequence[Row] = (),
    late_more: int = 0,
    late_edges: int = 0,
    constraints: Sequence[Constraint] = (),
    conflicts: Sequence[Row] = (),
    coverage: Row | None = None,
    cycles: Sequence[Row] = (),
    mixed: Sequence[str] = (),
    ownerless: Mapping[int, int] | None = None,
    editing: PlanEditing | None = None,
    signed: SignOffs | None = None,
    dagster_url: str | None = None,
) -> PlanPage:
    """Make the page.

    Args:
        key: the session.
        pending: why there is nothing yet.
        waves: as `exports` gives them.
        groups: likewise.
        applications: likewise.
        board: the page's waves.
        crossing: dependencies between waves, as `between_waves` counts them.
        crossing_more: how many more pairs of waves have some.
        late: needs of later waves, as `crossing.late` gives them.
        late_more: how many more pairs of groups have some.
        late_edges: how many dependencies that is.
        constraints: what people set for the plans of the engagement.
        conflicts: why some of it cannot hold, as `exports` gives it.
        coverage: as `planning` counts it.
        cycles: as `exports` gives them.
        mixed: names of groups of production and of other environments.
        ownerless: by wave how many of its assets have no owner.
        editing: what an editor sees besides.
        signed: who signed it off.
        dagster_url: of Dagster's pages.
    """
    names = {group["group"]: group["name"] or group["group"] for group in groups}
    several = sum(len(group["assets"]) > 1 for group in groups)
    return PlanPage(
        frame=frame.of_session(key, "plan", dagster_url=dagster_url),
        key=key,
        pending=pending,
        figures={
            "waves": len(waves),
            "groups": len(groups),
            "several": several,
            "alone": len(groups) - several,
            "cycles": sum(bool(group["cycle"]) for group in groups),
            "late": late_edges,
        },
        board=board,
        applications=[_application(row) for row in _most_critical(applications)[:APPLICATIONS]],
        applications_more=max(len(applications) - APPLICATIONS, 0),
        assumptions=Assumptions.of(sum(wave["assets"] for wave in waves)).sentences(),
        attention=health.attention(
            waves,
            groups,
            applications,
            mixed=mixed,
            ownerless=ownerless,
            late=late_edges,
        )[:ATTENTION],
        limits=_limits(constraints, conflicts),
        contradicted=bool(conflicts),
        coverage=coverage or {},
        cycles=cycles[:CYCLES],
        cycles_more=max(len(cycles) - CYCLES, 0),
        late=[
            {**row, **{end: names.get(row[end], row[end]) for end in ("source", "target")}}
            for row in late
        ],
        late_more=late_more,
        crossing=[_crossing(row) for row in crossing],
        crossing_more=crossing_more,
        downloads=[
            ("Groups CSV", links.data(key, "groups", "csv")),
            ("Waves CSV", links.data(key, "waves", "csv")),
            ("Applications CSV", links.data(key, "applications", "csv")),
            ("Interfaces CSV", links.data(key, "interfaces", "csv")),
            ("Readiness CSV", links.data(key, "readiness", "csv")),
            ("Coverage CSV", links.data(key, "coverage", "csv")),
            ("Cycles CSV", links.data(key, "cycles", "csv")),
            ("JSON", links.data(key, "groups")),
        ],
        editing=editing,
        signed=signed,
    )


def _limits(constraints: Sequence[Constraint], conflicts: Sequence[Row]) -> list[Limit]:
    """Return what is set and what the plan was still made with, each with its conflicts."""
    in_force = {one.id for one in constraints}
    sentences = {one.id: one.sentence for one in constraints}
    messages: defaultdict[int, list[str]] = defaultdict(list)
    for row in conflicts:
        sentences.setdefault(row["constraint"], row["sentence"])
        messages[row["constraint"]].append(row["message"])
    return [
        Limit(
            sentences[number],
            messages[number][:REASONS],
            max(len(messages[number]) - REASONS, 0),
            number if number in in_force else None,
        )
        for number in sorted(sentences)
    ]


def _most_critical(applications: Sequence[Row]) -> list[Row]:
    order = {name: at for at, name in enumerate(reference.load("vocabulary")["criticalities"])}
    return sorted(applications, key=lambda row: (order.get(row["criticality"], 99), row["name"]))


def _application(row: Row) -> ApplicationRow:
    return ApplicationRow(
        row["name"],
        row["business_owner"] or row["technical_owner"] or words.NOTHING,
        row["criticality"] or "unknown",
        row["readiness"] or "unknown",
        health.risk(row),
        [
            (one["environment"], ", ".join(map(str, one["waves"])) or health.without_wave(row))
            for one in row["deployments"]
        ],
        ", ".join(row["unknown"]),
    )


def _crossing(row: Row) -> Crossing:
    return Crossing(
        row["source_wave"],
        row["target_wave"],
        row["edges"],
        row["infrastructure"],
        f"{row['from']} {words.in_words(row['relation'])} {row['to']}",
    )


@router.get("/engagements/{engagement}/sessions/{session}/plan")
def page(
    request: Request, session: SessionOf, shared: StateOf, done: int | None = None, wave: int = 1
) -> HTMLResponse:
    """Show the plan from a wave on; `done` is the number of a limit just set or removed."""
    missing, published = waits_for(shared, request, session, "migration_plan")
    if missing:
        return html(build(session, pending=missing, dagster_url=shared.dagster_url))
    made_from = mark(shared.database, session, published)
    rows = _KEPT.of(made_from, lambda: _published(shared, session, published))
    shown_waves = plan_board.window(rows["waves"], rows["groups"], wave)
    listed = shown_waves.listed
    columns = _BOARDS.of(
        (*made_from, shown_waves.waves[0]["wave"] if shown_waves.waves else 0),
        lambda: plan_board.board(
            session, shown_waves, planning.placed(shared.database, session, listed)
        ),
    )
    return html(
        build(
            session,
            **rows,
            board=columns,
            constraints=constraints.current(shared.database, session.engagement),
            editing=editing(shared, request, session, done, shown_waves.subjects),
            signed=sign_offs_of(shared, session, published["migration_plan"].publication),
            dagster_url=shared.dagster_url,
        )
    )


#: Sessions whose published plans are kept, and pages of boards: to ask for them anew takes most of
#: the page's time.
_KEPT = Kept[Mapping[str, Any]](4)
_BOARDS = Kept[Board](16)


def _published(
    shared: AppState, session: SessionKey, published: Mapping[str, Publication]
) -> Mapping[str, Any]:
    """What `build` takes of the published plan."""
    database = shared.database
    groups = plan_frames.between_groups(shared.objects, session, published)
    waves, late = crossings.between_waves(groups), crossings.late(groups)
    return {
        "waves": exports.rows(database, session, "waves"),
        "groups": exports.rows(database, session, "groups"),
        "applications": plan_frames.applications(shared.objects, session, published).to_dicts(),
        "crossing": waves.head(PAIRS).to_dicts(),
        "crossing_more": max(waves.height - PAIRS, 0),
        "late": late.head(PAIRS).to_dicts(),
        "late_more": max(late.height - PAIRS, 0),
        "late_edges": int(late["edges"].sum()),
        "conflicts": exports.rows(database, session, "conflicts"),
        "coverage": planning.coverage(database, session),
        "cycles": exports.rows(database, session, "cycles"),
        "mixed": planning.mixed(database, session),
        "ownerless": planning.ownerless(database, session),
    }
