"""The page of one asset: what it is and why, where its values came from, who needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import AssetOf, SessionOf, StateOf
from discovery_dagster.domain.decisions.overrides import Override
from discovery_dagster.domain.identity.explanation import explain
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.lineage import trace
from discovery_dagster.domain.readiness.wording import readiness_sentences
from discovery_dagster.pages import frame, links, maps, neighbourhood, words
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.asset_decisions import Editing, editing
from discovery_dagster.pages.frame import Page, shown
from discovery_dagster.pages.maps import Map
from discovery_dagster.store import lineage
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import identity as identities
from discovery_dagster.store.decisions.overrides import about_asset
from discovery_dagster.store.reading import assets, impact, listing, lists, why
from discovery_dagster.store.reading.listing import Criteria
from discovery_dagster.store.reading.neighbourhood import Surroundings, around

router = APIRouter()

Row = Mapping[str, Any]

#: Dependencies of each direction that the page lists; the page of dependencies has all.
EDGES = 100

#: Assets of each direction that are named as needing it or needed, directly or not.
NEAREST = 25


@dataclass(frozen=True)
class ValuesPage(Page):
    """Context of `values.html`: traced from the session's files, which takes a moment."""

    template: ClassVar[str] = "values.html"

    values: Sequence[Row] = shown("each value with its sources, as lineage traces them")


@dataclass(frozen=True)
class AssetPage(Page):
    """Context of `asset.html`."""

    template: ClassVar[str] = "asset.html"

    key: SessionKey = shown("the session")
    asset: Row = shown("the asset as the export `assets` gives it")
    proposals: Sequence[Row] = shown("what a language model proposed that it is, not taken")
    values_url: str = shown("where the values and their sources come from, after the page")
    identity: Row = shown("its `records`, the `keys` that joined them, values in `conflicts`")
    decisions: Sequence[str] = shown("what people decided about its identity, and why")
    overrides: Sequence[Override] = shown("what people decided about its values")
    node: Row | None = shown("fan-in, fan-out, depth, blast radius, hub, cycle")
    readiness: str | None = shown("whether it can move as it is; none of what is not judged")
    ready_because: Sequence[str] = shown("what was found about it, where, and sizes from its use")
    impact: Mapping[str, Row] = shown("what needs it and what it needs: `total`, nearest `assets`")
    constraints: Sequence[Row] = shown("what people set for the plan about it, with conflicts")
    drawing: Map | None = shown("its neighbourhood, one step away")
    hidden_sentence: str | None = shown("what the cap of the drawing hid")
    shared: Mapping[str, Sequence[tuple[str | None, str]]] = shown("shared infrastructure by kind")
    needs: Sequence[Row] = shown("dependencies on others")
    needs_more: bool = shown("whether there are more of them")
    needed_by: Sequence[Row] = shown("dependencies of others on it")
    needed_by_more: bool = shown("whether there are more of them")
    json_url: str = shown("the asset from the read API")
    editing: Editing | None = shown("the forms and news of an editor; none of who may only look")


def build(
    key: SessionKey,
    asset: Row,
    surroundings: Surroundings,
    *,
    identity: Row,
    node: Row | None,
    reached: Mapping[str, Row],
    proposals: Sequence[Row] = (),
    overrides: Sequence[Override] = (),
    constraints: Sequence[Row] = (),
    ready: Row | None = None,
    editing: Editing | None = None,
    dagster_url: str | None = None,
) -> AssetPage:
    """Make the page; `surroundings` are one step around the asset."""
    needs = [edge for edge in surroundings.edges if edge["source_id"] == asset["id"]]
    needed_by = [edge for edge in surroundings.edges if edge["target_id"] == asset["id"]]
    drawing = neighbourhood.draw([asset["id"]], surroundings.edges, surroundings.assets)
    return AssetPage(
        frame=frame.of_session(key, "assets", asset["name"] or asset["id"], dagster_url),
        key=key,
        asset=asset,
        proposals=proposals,
        values_url=f"{links.asset(key, asset['id'])}/values",
        identity=identity,
        decisions=[one["decision"] for one in identity["keys"] if one["decision"]],
        overrides=overrides,
        node=node,
        readiness=ready["readiness"] if ready else None,
        ready_because=readiness_sentences(ready)[1:] if ready else (),
        impact=reached,
        constraints=constraints,
        drawing=maps.as_map(
            drawing, f"Neighbourhood of {asset['name']}", key, {"asset": asset["id"]}
        ),
        hidden_sentence=maps.hidden_sentence(drawing),
        shared=drawing.infrastructure,
        needs=needs[:EDGES],
        needs_more=len(needs) > EDGES or surroundings.beyond > 0,
        needed_by=needed_by[:EDGES],
        needed_by_more=len(needed_by) > EDGES or surroundings.beyond > 0,
        json_url=f"{links.API}{links.asset(key, asset['id'])}",
        editing=editing,
    )


def _proposals(database: Database, session: SessionKey, asset: str) -> list[dict[str, Any]]:
    wanted = Criteria(filters={"asset_id": [asset], "status": ["proposed"]})
    return listing.page(database, session, lists.PROPOSALS, wanted).rows


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_text(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(one) for one in value)
    return words.NOTHING if value is None else str(value)


@router.get("/engagements/{engagement}/sessions/{session}/assets/{asset}")
def page(
    request: Request, asset: AssetOf, session: SessionOf, shared: StateOf, since: int = -1
) -> HTMLResponse:
    """Show an asset; `since` is the number of a decision after which an editor sees all others."""
    explained = why.why(shared.database, session, asset)
    reached = impact.impact(shared.database, session, asset, most=NEAREST)
    if explained is None or reached is None:
        raise NotFound
    return html(
        build(
            session,
            explained["asset"],
            around(shared.database, session, [asset], Criteria()),
            identity=explain(
                identities.members(shared.database, session, asset),
                identities.conflicts(shared.database, session, asset),
                identities.current(shared.database, session.engagement),
            ),
            node=explained["graph"],
            reached={way: reached[way] for way in ("needed_by", "needs")},
            proposals=_proposals(shared.database, session, asset),
            overrides=about_asset(shared.database, session.engagement, asset),
            constraints=explained["constraints"],
            ready=explained["readiness"],
            editing=editing(shared, request.state.viewer, session, explained["asset"], since),
            dagster_url=shared.dagster_url,
        )
    )


@router.get("/engagements/{engagement}/sessions/{session}/assets/{asset}/values")
def values(asset: AssetOf, session: SessionOf, shared: StateOf) -> HTMLResponse:
    """Show where each value of an asset came from."""
    if assets.asset(shared.database, session, asset) is None:
        raise NotFound
    traced = trace(lineage.published(shared.database, shared.objects, session), asset)
    rows = [{**row, "value": _text(row["value"])} for row in traced]
    return html(ValuesPage(frame.of_session(session, "assets"), rows))
