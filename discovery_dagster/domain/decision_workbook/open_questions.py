"""What of a session needs a person, as the rows of the decisions workbook."""

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.applications import deployments
from discovery_dagster.domain.classification import sentences
from discovery_dagster.domain.decision_workbook.open_endpoints import questions_of_endpoints
from discovery_dagster.domain.decision_workbook.open_words import (
    Doubtful,
    part_by_words,
    part_places,
    questions_of_words,
)
from discovery_dagster.domain.decision_workbook.sheets import (
    ASSETS,
    COLUMNS,
    CONFLICTS,
    DIFFERENT,
    ENDPOINTS,
    PAIRS,
    SAME,
    WORDS,
    Question,
    can_be_decided,
    choices_of_column,
    choices_of_field,
)
from discovery_dagster.domain.decisions.endpoints import EXTERNAL
from discovery_dagster.domain.dictionary import HeldWord
from discovery_dagster.domain.fields import IGNORED, UNMAPPED
from discovery_dagster.domain.identity import likeness
from discovery_dagster.domain.mapping.deciding import PERSON
from discovery_dagster.domain.tables import (
    ClassifiedAssets,
    Edges,
    FieldMapping,
    InventoryConflicts,
    PlanPlacements,
    Proposals,
)
from discovery_dagster.domain.tables.words import (
    UNKNOWN,
    AssetType,
    MappingMethod,
    MappingStatus,
    ProposalStatus,
)
from discovery_dagster.domain.tabular import plain_text
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

#: From this confidence on an answer of the rules is taken as certain (decision 3).
CERTAIN: Final = 0.8
#: Questions of one sheet: nobody answers more of them. The most needed ones come first.
MOST: Final = 5_000

#: Fields that are asked where they are not certain, with their confidences.
_CONFIDENCES: Final = {"type": "confidence", "environment": "environment_confidence"}
#: Fields that are asked only where a source says something that nobody understood: what nothing
#: says of most assets nobody could answer for all of them.
_NOT_UNDERSTOOD: Final = {
    "os_family": ("os_name_text", "os"),
    "criticality": ("criticality_text", "criticality"),
    "tier": ("tier_text", "tier"),
}


@dataclass(frozen=True)
class Findings:
    """What the steps of a session published, and what was decided already, perhaps since then.

    `decided_endpoints` are folded; `apart` and `joined` are pairs of ids that are not, or are, one
    thing. `decided_fields` are ids of assets with a field; `decided_columns` are file, sheet and
    column.
    """

    mapping: FieldMapping  # FIELD_MAPPING
    assets: ClassifiedAssets  # CLASSIFIED_ASSETS
    proposals: Proposals  # PROPOSALS, of types
    conflicts: InventoryConflicts  # INVENTORY_CONFLICTS
    edges: Edges  # EDGES
    placements: PlanPlacements | None = None  # PLAN_PLACEMENTS; None before the plan is made
    decided_endpoints: Collection[str] = ()
    apart: Collection[tuple[str, str]] = ()
    joined: Collection[frozenset[str]] = ()
    decided_fields: Collection[tuple[str, str]] = ()
    decided_columns: Collection[tuple[str, str | None, str]] = ()
    words: Sequence[HeldWord] = ()


@dataclass(frozen=True)
class Prepared:
    """What takes longest to find, and of which decisions only leave something out.

    `doubtful` are fields of assets, `likely` pairs of assets that may be one thing. `asked` keeps
    the questions about assets and about conflicts that were asked once, by sheet, asset and field.
    """

    needed: Mapping[str, int]
    doubtful: Sequence[Doubtful]
    likely: Sequence[Mapping[str, Any]]
    asked: dict[tuple[str, str, str], Question] = dataclasses.field(default_factory=dict)


def prepare(findings: Findings) -> Prepared:
    """Return what the steps published says, whatever was decided since."""
    declared = findings.assets.filter(~pl.col("named_only"))
    return Prepared(
        _needed(findings.edges),
        list(_doubtful(findings)),
        list(likeness.suggest(declared).iter_rows(named=True)),
    )


def questions(
    findings: Findings, prepared: Prepared | None = None
) -> tuple[dict[str, list[Question]], dict[str, int]]:
    """Return the questions by sheet, and how many more there are than are given.

    `prepared` is of the same publications, where the caller has kept it.
    """
    prepared = prepared or prepare(findings)
    proposed = _proposed(findings.proposals)
    undecided = (
        each
        for each in prepared.doubtful
        if (each[1]["asset_id"], each[0]) not in findings.decided_fields
    )
    doubtful, explaining = part_by_words(undecided, findings.words)
    conflicts, places = part_places(findings.conflicts, findings.words)
    types = {asset: proposal["value"] for asset, proposal in proposed.items()}
    by_sheet = {
        WORDS.name: questions_of_words(findings.words, explaining, findings.assets, types, places),
        ASSETS.name: _of_assets(doubtful, proposed, prepared),
        COLUMNS.name: _of_columns(findings),
        PAIRS.name: _of_pairs(findings, prepared),
        ENDPOINTS.name: questions_of_endpoints(
            findings.edges, findings.assets, findings.decided_endpoints
        ),
        CONFLICTS.name: _of_conflicts(conflicts, findings, prepared),
    }
    more = {name: len(rows) - MOST for name, rows in by_sheet.items() if len(rows) > MOST}
    return {name: rows[:MOST] for name, rows in by_sheet.items()}, more


def _needed(edges: Edges) -> Mapping[str, int]:
    """On how many edges each asset stands."""
    ends = pl.concat([edges["source_id"], edges["target_id"]]).drop_nulls()
    return dict(ends.value_counts().iter_rows())


def _of_columns(findings: Findings) -> list[Question]:
    uncertain = (
        (pl.col("status") != MappingStatus.ACCEPTED)
        | pl.col("conflict").is_not_null()
        | (pl.col("field") == UNMAPPED)
        | (pl.col("confidence") < CERTAIN)
    )
    open_ = findings.mapping.filter(
        uncertain,
        pl.col("method").ne_missing(PERSON),
        pl.col("field") != IGNORED,
        # Of a tool's columns that are not taken it is known what they are.
        ~(
            (pl.col("field") == UNMAPPED)
            & (pl.col("method") == MappingMethod.FORMAT).fill_null(value=False)
        ),
    )
    ordered = open_.sort(pl.col("field") == UNMAPPED, "file", "sheet", "position", nulls_last=True)
    decided = set(findings.decided_columns)
    return [
        _of_column(row)
        for row in ordered.iter_rows(named=True)
        if (row["file"], row["sheet"], row["column"]) not in decided
    ]


def _of_column(row: Mapping[str, Any]) -> Question:
    why = f"{row['conflict']} claims the same field, too" if row["conflict"] else None
    if row["field"] == UNMAPPED:
        why = why or "nobody knows what it means; its values are kept as custom attributes"
    return Question(
        {
            "File": row["file"],
            "Sheet": row["sheet"],
            "Column": row["column"],
            "Taken for": None if row["field"] == UNMAPPED else row["field"],
            "Status": row["status"],
            "Confidence": _share(row["confidence"]),
            "Why": why or f"by {row['method']}",
            "Values": "; ".join(row["evidence"] or []),
        },
        choices_of_column(row["field"]),
        alike=_alike_column(row),
    )


def _alike_column(row: Mapping[str, Any]) -> str:
    """Columns of a table that claim one field are one question; others are by their names."""
    if row["conflict"]:
        return _joined("claims", row["file"], row["sheet"], row["field"])
    return _joined(fold(row["column"]), row["field"], row["status"])


def _proposed(proposals: Proposals) -> dict[str, Mapping[str, Any]]:
    """What a language model proposes for the type of each asset."""
    open_ = proposals.filter(
        pl.col("value").is_not_null(), pl.col("status") == ProposalStatus.PROPOSED
    )
    return {row["asset_id"]: row for row in open_.iter_rows(named=True)}


def _of_assets(
    doubtful: Sequence[Doubtful],
    proposed: Mapping[str, Mapping[str, Any]],
    prepared: Prepared,
) -> list[Question]:
    ranked = list[tuple[str, int, str, Question]]()
    for field, row, confidence in doubtful:
        proposal = proposed.get(row["asset_id"]) if field == "type" else None
        weight = prepared.needed.get(row["asset_id"], 0)
        key = (ASSETS.name, row["asset_id"], field)
        question = prepared.asked.get(key)
        if question is None:
            question = _of_asset(row, field, confidence, proposal, weight)
            prepared.asked[key] = question
        order = -weight - (_ALL_EDGES if proposal else 0)
        ranked.append((field, order, row["name"] or "", question))
    return [each[-1] for each in sorted(ranked, key=_order)]


_ALL_EDGES: Final = 1 << 40  # puts what a model proposes before all else
_RANKS: Final = {"type": 0, "environment": 1, "strategy": 3}


def _order(entry: tuple[str, int, str, Question]) -> tuple[int, int, str, str]:
    field, order, name, question = entry
    return _RANKS.get(field, 2), order, name, question.cells["Id"] or ""


def _doubtful(findings: Findings) -> Iterator[Doubtful]:
    """Fields of assets that need a person, with the confidence of their current value."""

    def undecided(field: str, *wanted: pl.Expr) -> Iterator[dict[str, Any]]:
        own = ~pl.col("overridden").list.contains(field) & (pl.col("type") != EXTERNAL)
        yield from findings.assets.filter(own, *wanted).iter_rows(named=True)

    for field, confidence in _CONFIDENCES.items():
        doubtful = (pl.col(confidence) < CERTAIN) | (pl.col(field) == UNKNOWN)
        for row in undecided(field, doubtful.fill_null(True), *_concerned(field, findings)):
            yield field, row, row[confidence]
    for field, (text, subject) in _NOT_UNDERSTOOD.items():
        unknown = pl.col(field).fill_null(UNKNOWN) == UNKNOWN
        for row in undecided(field, pl.col(text).is_not_null(), unknown):
            yield field, row, row[f"{subject}_confidence"]
    if findings.placements is None:
        return
    # Infrastructure is classified by its facts; what becomes of an application is for its owners to
    # say.
    open_ = findings.placements.filter(pl.col("strategy") == UNKNOWN)
    hints = dict(open_.select("asset_id", "strategy_reason").iter_rows())
    of_owners = pl.col("type").is_in([AssetType.APPLICATION, AssetType.SERVICE])
    for row in undecided("strategy", of_owners, pl.col("asset_id").is_in(list(hints))):
        yield "strategy", {**row, "strategy": UNKNOWN, "hint": hints[row["asset_id"]]}, None


def _concerned(field: str, findings: Findings) -> list[pl.Expr]:
    """Of whom a field is asked: an environment only of what moves, and has one of its own.

    An application has an environment for each of its deployments, a program that of its machine.
    """
    if field != "environment" or findings.placements is None:
        return []
    moving = findings.placements.filter(pl.col("wave").is_not_null())["asset_id"]
    concerned = [
        pl.col("asset_id").is_in(moving.implode()),
        ~pl.col("type").is_in([AssetType.APPLICATION, AssetType.SERVICE]),
    ]
    unknown = pl.col(field) == UNKNOWN
    if findings.assets.filter(*concerned, unknown).is_empty():
        return concerned  # finding the deployments of 50,000 assets takes two seconds
    environments = deployments.find(findings.assets, findings.edges).environments
    known = [asset for asset, environment in environments.items() if environment != UNKNOWN]
    return [*concerned, ~(unknown & pl.col("asset_id").is_in(known))]


def _of_asset(
    row: Mapping[str, Any],
    field: str,
    confidence: float | None,
    proposal: Mapping[str, Any] | None,
    weight: int,
) -> Question:
    subject = _NOT_UNDERSTOOD[field][1] if field in _NOT_UNDERSTOOD else field
    code = [one for one in row["rationale"] if " " not in one and one.startswith(f"{subject}:")]
    proposed = f"{proposal['value']}: {proposal['rationale'] or ''}" if proposal else None
    why = row.get("hint") or " ".join(sentences({**row, "rationale": code}))
    value = proposal["value"] if proposal else None
    # What unknown things are is told by their names: those that differ in a number are alike.
    stem = re.sub(r"\d+", "#", row["name"] or "") if field == "type" else None
    return Question(
        {
            "Asset": row["name"],
            "Id": row["asset_id"],
            "Type": row["type"],
            "Field": field,
            "Value": row[field],
            "Confidence": _share(confidence),
            "Why": why,
            "Proposed": proposed,
        },
        choices_of_field(field, proposed),
        alike=_joined(field, row[field], why, value, stem),
        weight=weight,
    )


def _of_conflicts(
    conflicts: pl.DataFrame, findings: Findings, prepared: Prepared
) -> list[Question]:
    assets, needed = findings.assets, prepared.needed
    decided = {
        (row["asset_id"], field)
        for row in assets.select("asset_id", "overridden").iter_rows(named=True)
        for field in row["overridden"]
    } | set(findings.decided_fields)
    names = dict(assets.select("asset_id", "name").iter_rows())
    differing = dict[tuple[str, str], list[Mapping[str, Any]]]()
    for row in conflicts.iter_rows(named=True):
        key = (row["asset_id"], row["field"])
        if can_be_decided(row["field"]) and key not in decided:
            differing.setdefault(key, []).append(row)
    consequence = {name: at for at, name in enumerate(load("precedence")["consequence"])}
    ordered = sorted(
        differing.items(),
        key=lambda each: (
            consequence.get(each[0][1], len(consequence)),
            -needed.get(each[0][0], 0),
            names[each[0][0]] or "",
            each[0],
        ),
    )
    asked = list[Question]()
    for (asset, field), rows in ordered:
        known = (CONFLICTS.name, asset, field)
        question = prepared.asked.get(known)
        if question is None:
            question = _of_conflict(names[asset], asset, field, rows, needed.get(asset, 0))
            prepared.asked[known] = question
        asked.append(question)
    return asked


def _of_conflict(
    name: str, asset: str, field: str, rows: Sequence[Mapping[str, Any]], weight: int
) -> Question:
    chosen = next((row for row in rows if row["chosen"]), rows[0])
    others = [
        f"{row['value']} ({row['file']}{_of_sheet(row['sheet'])} line {row['line']})"
        for row in rows
        if not row["chosen"]
    ]
    texts = [plain_text(row["value"]) for row in (chosen, *rows)]
    values = tuple(dict.fromkeys(texts))
    sources = dict(zip(texts, [row["file"] for row in (chosen, *rows)], strict=True))
    return Question(
        {
            "Asset": name,
            "Id": asset,
            "Field": field,
            "Value": f"{chosen['value']} ({chosen['file']}{_of_sheet(chosen['sheet'])}"
            f" line {chosen['line']})",
            "Others": "; ".join(others),
        },
        choices_of_field(field, None, values),
        alike=_joined(field, *(sources[value] for value in values)),
        weight=weight,
        values=values,
    )


def _of_pairs(findings: Findings, prepared: Prepared) -> list[Question]:
    needed = prepared.needed
    return [
        Question(
            {
                "Asset": row["name"],
                "Id": row["asset_id"],
                "Other asset": row["other_name"],
                "Other id": row["other_id"],
                "Why": row["why"],
            },
            (SAME, DIFFERENT),
            weight=needed.get(row["asset_id"], 0) + needed.get(row["other_id"], 0),
        )
        for row in prepared.likely
        if (row["asset_id"], row["other_id"]) not in findings.apart
        and frozenset((row["asset_id"], row["other_id"])) not in findings.joined
    ]


def _joined(*parts: str | None) -> str:
    return "\n".join(part or "" for part in parts)


def _of_sheet(sheet: str | None) -> str:
    return f" [{sheet}]" if sheet else ""


def _share(confidence: float | None) -> str | None:
    return None if confidence is None else f"{confidence:.2f}"
