"""Groups and waves: the plan as columns, each group's reason, and what crosses waves."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from discovery_dagster import reference
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.planning import health
from discovery_dagster.domain.planning.defaults import Assumptions
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.pages import frame, links, words
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.plan_limits import PlanEditing, editing
from discovery_dagster.pages.plan_sign_off import SignOffs, sign_offs_of
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import exports
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.decisions.comments import About
from discovery_dagster.store.kept import Kept, mark
from discovery_dagster.store.reading import planning

router = APIRouter()

Row = Mapping[str, Any]
#: What an asset is called, its page, and its id.
Named = tuple[str, str, str]


#: Groups of a wave that are shown as cards; the others are a line each, up to `LINES`.
CARDS = 5
LINES = 60
ALONE = 200
REASONS = 3  # why one constraint cannot hold
CYCLES = 20
ATTENTION = 20
APPLICATIONS = 200


@dataclass(frozen=True)
class GroupCard:
    """A move group of several assets."""

    group: str
    name: str
    applications: str
    reason: str
    cycle: bool
    assets: Sequence[str]
    named: Sequence[Named]
    strategies: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class WaveColumn:
    """A wave: its groups of several assets, and the assets that move alone."""

    wave: int
    reason: str
    assets: int
    groups: int
    when: str  # days of its window, and the work that it takes
    cards: Sequence[GroupCard]
    lines: Sequence[GroupCard]
    lines_more: int
    alone: Sequence[Named]
    alone_more: int


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
    waves: Sequence[WaveColumn] = shown("the waves in their order")
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
    crossing: Sequence[Crossing] = shown("dependencies between waves")
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
    placed: Iterable[Row] = (),
    crossing: Sequence[Row] = (),
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
        placed: `id, name, type, group, strategy` of the assets of `listed` groups.
        crossing: dependencies between groups by `source, target` (groups),
            `source_wave, target_wave, infrastructure, edges` and an `example` (source, relation,
            target).
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
    members: defaultdict[str, list[Row]] = defaultdict(list)
    for asset in placed:
        members[asset["group"]].append(asset)
    names = {group["group"]: group["name"] or group["group"] for group in groups}
    late = [
        {**row, **{end: names.get(row[end], row[end]) for end in ("source", "target")}}
        for row in crossing
        if row["source_wave"] < row["target_wave"] and not row["infrastructure"]
    ]
    several = [group for group in groups if len(group["assets"]) > 1]
    return PlanPage(
        frame=frame.of_session(key, "plan", dagster_url=dagster_url),
        key=key,
        pending=pending,
        figures={
            "groups": len(groups),
            "several": len(several),
            "alone": len(groups) - len(several),
            "cycles": sum(bool(group["cycle"]) for group in groups),
            "late": sum(row["edges"] for row in late),
        },
        waves=[_column(key, wave, groups, members) for wave in waves],
        applications=[_application(row) for row in _most_critical(applications)[:APPLICATIONS]],
        applications_more=max(len(applications) - APPLICATIONS, 0),
        assumptions=Assumptions.of(sum(wave["assets"] for wave in waves)).sentences(),
        attention=health.attention(
            waves,
            groups,
            applications,
            mixed=mixed,
            ownerless=ownerless,
            late=sum(row["edges"] for row in late),
        )[:ATTENTION],
        limits=_limits(constraints, conflicts),
        contradicted=bool(conflicts),
        coverage=coverage or {},
        cycles=cycles[:CYCLES],
        cycles_more=max(len(cycles) - CYCLES, 0),
        late=late,
        crossing=_by_waves(row for row in crossing if row["source_wave"] != row["target_wave"]),
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


def listed(groups: Sequence[Row]) -> list[str]:
    """Return the groups whose assets the page lists."""
    waves = sorted({group["wave"] for group in groups})
    shown_groups = [
        group
        for wave in waves
        for group in (*_several(groups, wave)[: CARDS + LINES], *_alone(groups, wave)[:ALONE])
    ]
    return [group["group"] for group in shown_groups]


def _several(groups: Sequence[Row], wave: int) -> list[Row]:
    own = [group for group in groups if group["wave"] == wave and len(group["assets"]) > 1]
    return sorted(own, key=lambda group: (-len(group["assets"]), group["group"]))


def _alone(groups: Sequence[Row], wave: int) -> list[Row]:
    return [group for group in groups if group["wave"] == wave and len(group["assets"]) == 1]


def _column(
    key: SessionKey, wave: Row, groups: Sequence[Row], members: Mapping[str, Sequence[Row]]
) -> WaveColumn:
    several, alone = _several(groups, wave["wave"]), _alone(groups, wave["wave"])
    cards = [_card(key, group, members.get(group["group"], ())) for group in several[:CARDS]]
    rest = several[CARDS : CARDS + LINES]
    return WaveColumn(
        wave["wave"],
        wave["reason"],
        wave["assets"],
        len(several) + len(alone),
        _when(wave),
        cards,
        [_card(key, group, members.get(group["group"], ())) for group in rest],
        max(len(several) - CARDS - LINES, 0),
        [_named(key, one) for group in alone[:ALONE] for one in members.get(group["group"], ())],
        max(len(alone) - ALONE, 0),
    )


def _when(wave: Row) -> str:
    days = f"{wave['starts']} to {wave['ends']}" if wave["starts"] else ""
    work = f"about {wave['effort_hours']:,.0f} hours of work" if wave["effort_hours"] else ""
    return ", ".join(filter(None, (days, work)))


def _card(key: SessionKey, group: Row, members: Sequence[Row]) -> GroupCard:
    strategies = Counter(one["strategy"] for one in members if one["strategy"] != "unknown")
    applications = [str(one["name"]) for one in members if one["type"] == AssetType.APPLICATION]
    more = f" and {len(applications) - 3} more" if len(applications) > 3 else ""
    return GroupCard(
        group["group"],
        group["name"] or group["group"],
        ", ".join(applications[:3]) + more,
        group["reason"],
        bool(group["cycle"]),
        group["assets"],
        [_named(key, one) for one in members],
        strategies.most_common(),
    )


def _named(key: SessionKey, asset: Row) -> Named:
    return asset["name"] or "without a name", links.asset(key, asset["id"]), asset["id"]


def _by_waves(crossing: Iterable[Row]) -> list[Crossing]:
    edges: Counter[tuple[int, int]] = Counter()
    shared: Counter[tuple[int, int]] = Counter()
    example: dict[tuple[int, int], Row] = {}
    for row in crossing:
        pair = row["source_wave"], row["target_wave"]
        edges[pair] += row["edges"]
        shared[pair] += row["edges"] if row["infrastructure"] else 0
        if pair not in example or not row["infrastructure"]:
            example[pair] = row
    return [
        Crossing(*pair, edges[pair], shared[pair], _sentence(example[pair]["example"]))
        for pair in sorted(edges)
    ]


def _sentence(example: Sequence[str]) -> str:
    source, relation, target = example
    return f"{source} {words.in_words(relation)} {target}"


@router.get("/engagements/{engagement}/sessions/{session}/plan")
def page(
    request: Request, session: SessionOf, shared: StateOf, done: int | None = None
) -> HTMLResponse:
    """Show the plan; `done` is the number of a limit that was just set or removed."""
    missing, published = waits_for(shared, session, "migration_plan")
    if missing:
        return html(build(session, pending=missing, dagster_url=shared.dagster_url))
    rows = _KEPT.of(
        mark(shared.database, session, published), lambda: _published(shared.database, session)
    )
    subjects = _subjects(rows["waves"], rows["groups"])
    return html(
        build(
            session,
            **rows,
            constraints=constraints.current(shared.database, session.engagement),
            editing=editing(shared, request, session, done, subjects),
            signed=sign_offs_of(shared, session, published["migration_plan"].publication),
            dagster_url=shared.dagster_url,
        )
    )


#: Sessions whose published plans are kept: to ask for them anew takes most of the page's time.
_KEPT = Kept[Mapping[str, Any]](4)


def _published(database: Database, session: SessionKey) -> Mapping[str, Any]:
    """What `build` takes of the published plan."""
    groups = exports.rows(database, session, "groups")
    return {
        "waves": exports.rows(database, session, "waves"),
        "groups": groups,
        "applications": exports.rows(database, session, "applications"),
        "placed": planning.placed(database, session, listed(groups)),
        "crossing": planning.crossing(database, session),
        "conflicts": exports.rows(database, session, "conflicts"),
        "coverage": planning.coverage(database, session),
        "cycles": exports.rows(database, session, "cycles"),
        "mixed": planning.mixed(database, session),
        "ownerless": planning.ownerless(database, session),
    }


def _subjects(waves: Sequence[Row], groups: Sequence[Row]) -> list[tuple[str, str]]:
    """What a comment can be on: waves, and groups of several assets that the page shows."""
    several = {group["group"] for group in groups if len(group["assets"]) > 1}
    shown_groups = several.intersection(listed(groups))
    return [
        *((f"{About.WAVE} {wave['wave']}", f"Wave {wave['wave']}") for wave in waves),
        *(
            (f"{About.GROUP} {group['group']}", group["name"] or group["group"])
            for group in groups
            if group["group"] in shown_groups
        ),
    ]
