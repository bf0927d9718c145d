"""What of a session needs a person, as the rows of the decisions workbook."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.applications import deployments
from discovery_dagster.domain.classification import sentences
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
from discovery_dagster.domain.decisions.endpoints import EXTERNAL, fold_endpoints
from discovery_dagster.domain.dependencies.unresolved import AMBIGUOUS, UNMATCHED, network
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
_SHOWN: Final = 5  # names that a cell lists
_SUBNET: Final = 3  # addresses of a subnet that only ask, from which on they are one question


@dataclass(frozen=True)
class Findings:
    """What the steps of a session published, and what was decided already.

    `decided_endpoints` are folded; `apart` are pairs of ids that are not one thing.
    """

    mapping: FieldMapping  # FIELD_MAPPING
    assets: ClassifiedAssets  # CLASSIFIED_ASSETS
    proposals: Proposals  # PROPOSALS, of types
    conflicts: InventoryConflicts  # INVENTORY_CONFLICTS
    edges: Edges  # EDGES
    placements: PlanPlacements | None = None  # PLAN_PLACEMENTS; None before the plan is made
    decided_endpoints: Collection[str] = ()
    apart: Collection[tuple[str, str]] = ()
    words: Sequence[HeldWord] = ()


def questions(findings: Findings) -> tuple[dict[str, list[Question]], dict[str, int]]:
    """Return the questions by sheet, and how many more there are than are given."""
    needed = _needed(findings.edges)
    proposed = _proposed(findings.proposals)
    doubtful, explaining = part_by_words(_doubtful(findings), findings.words)
    conflicts, places = part_places(findings.conflicts, findings.words)
    types = {asset: proposal["value"] for asset, proposal in proposed.items()}
    by_sheet = {
        WORDS.name: questions_of_words(findings.words, explaining, findings.assets, types, places),
        ASSETS.name: _of_assets(doubtful, proposed, needed),
        COLUMNS.name: _of_columns(findings.mapping),
        PAIRS.name: _of_pairs(findings),
        ENDPOINTS.name: _of_endpoints(findings),
        CONFLICTS.name: _of_conflicts(conflicts, findings.assets, needed),
    }
    more = {name: len(rows) - MOST for name, rows in by_sheet.items() if len(rows) > MOST}
    return {name: rows[:MOST] for name, rows in by_sheet.items()}, more


def _needed(edges: Edges) -> Mapping[str, int]:
    """On how many edges each asset stands."""
    ends = pl.concat([edges["source_id"], edges["target_id"]]).drop_nulls()
    return dict(ends.value_counts().iter_rows())


def _of_columns(mapping: FieldMapping) -> list[Question]:
    uncertain = (
        (pl.col("status") != MappingStatus.ACCEPTED)
        | pl.col("conflict").is_not_null()
        | (pl.col("field") == UNMAPPED)
        | (pl.col("confidence") < CERTAIN)
    )
    open_ = mapping.filter(
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
    return [_of_column(row) for row in ordered.iter_rows(named=True)]


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
    )


def _proposed(proposals: Proposals) -> dict[str, Mapping[str, Any]]:
    """What a language model proposes for the type of each asset."""
    open_ = proposals.filter(
        pl.col("value").is_not_null(), pl.col("status") == ProposalStatus.PROPOSED
    )
    return {row["asset_id"]: row for row in open_.iter_rows(named=True)}


def _of_assets(
    doubtful: Sequence[Doubtful],
    proposed: Mapping[str, Mapping[str, Any]],
    needed: Mapping[str, int],
) -> list[Question]:
    ranked = list[tuple[str, int, str, Question]]()
    for field, row, confidence in doubtful:
        proposal = proposed.get(row["asset_id"]) if field == "type" else None
        question = _of_asset(row, field, confidence, proposal)
        order = -needed.get(row["asset_id"], 0) - (_ALL_EDGES if proposal else 0)
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
        return findings.assets.filter(own, *wanted).iter_rows(named=True)

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
    environments = deployments.find(findings.assets, findings.edges).environments
    known = [asset for asset, environment in environments.items() if environment != UNKNOWN]
    return [
        pl.col("asset_id").is_in(moving.implode()),
        ~pl.col("type").is_in([AssetType.APPLICATION, AssetType.SERVICE]),
        ~((pl.col(field) == UNKNOWN) & pl.col("asset_id").is_in(known)),
    ]


def _of_asset(
    row: Mapping[str, Any], field: str, confidence: float | None, proposal: Mapping[str, Any] | None
) -> Question:
    subject = _NOT_UNDERSTOOD[field][1] if field in _NOT_UNDERSTOOD else field
    code = [one for one in row["rationale"] if " " not in one and one.startswith(f"{subject}:")]
    proposed = f"{proposal['value']}: {proposal['rationale'] or ''}" if proposal else None
    return Question(
        {
            "Asset": row["name"],
            "Id": row["asset_id"],
            "Type": row["type"],
            "Field": field,
            "Value": row[field],
            "Confidence": _share(confidence),
            "Why": row.get("hint") or " ".join(sentences({**row, "rationale": code})),
            "Proposed": proposed,
        },
        choices_of_field(field, proposed),
    )


def _of_conflicts(
    conflicts: pl.DataFrame, assets: pl.DataFrame, needed: Mapping[str, int]
) -> list[Question]:
    decided = {
        (row["asset_id"], field)
        for row in assets.select("asset_id", "overridden").iter_rows(named=True)
        for field in row["overridden"]
    }
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
    return [_of_conflict(names[asset], asset, field, rows) for (asset, field), rows in ordered]


def _of_conflict(name: str, asset: str, field: str, rows: Sequence[Mapping[str, Any]]) -> Question:
    chosen = next((row for row in rows if row["chosen"]), rows[0])
    others = [
        f"{row['value']} ({row['file']}{_of_sheet(row['sheet'])} line {row['line']})"
        for row in rows
        if not row["chosen"]
    ]
    values = tuple(dict.fromkeys(plain_text(row["value"]) for row in (chosen, *rows)))
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
    )


def _of_pairs(findings: Findings) -> list[Question]:
    declared = findings.assets.filter(~pl.col("named_only"))
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
        )
        for row in likeness.suggest(declared).iter_rows(named=True)
        if (row["asset_id"], row["other_id"]) not in findings.apart
    ]


def _of_endpoints(findings: Findings) -> list[Question]:
    """The endpoints that may be assets: those that fit several, and those that fit none."""
    ends = [
        findings.edges.filter(pl.col(f"{there}_why").is_in([AMBIGUOUS, UNMATCHED])).select(
            endpoint=pl.col(there),
            candidates=f"{there}_candidates",
            asset=pl.col(here),
            port="port",
            client=pl.lit(there == "source"),
        )
        for here, there in (("source", "target"), ("target", "source"))
    ]
    met = pl.concat(ends).drop_nulls("endpoint")
    met = met.filter(~fold_endpoints(met["endpoint"]).is_in(list(findings.decided_endpoints)))
    listed = (
        _by_subnets(met)
        .group_by("endpoint")
        .agg(
            pl.col("candidates").drop_nulls().first(),
            pl.col("asset").n_unique().alias("assets"),
            pl.col("asset").unique().sort().head(_SHOWN).alias("names"),
            pl.col("port").drop_nulls().unique().sort().head(_SHOWN).alias("ports"),
            pl.col("address").n_unique().alias("addresses"),
        )
        .sort(["assets", "endpoint"], descending=[True, False])
    )
    names = findings.assets["name"].str.to_lowercase().value_counts(name="number")
    shared = set(names.filter(pl.col("number") > 1)["name"])
    return [_of_endpoint(row, shared) for row in listed.iter_rows(named=True)]


def _by_subnets(met: pl.DataFrame) -> pl.DataFrame:
    """Let many addresses of one subnet that only ask be one endpoint, such as those of offices.

    Args:
        met: `endpoint`, its `candidates`, and whether it is a `client` there.

    Returns:
        `met` with `address`, the endpoint as it was, and as `endpoint` its subnet where it has one.
    """
    asking = met.group_by("endpoint").agg(
        pl.col("client").all(), pl.col("candidates").is_not_null().any().alias("ambiguous")
    )
    alone = asking.filter("client", ~pl.col("ambiguous"))["endpoint"]
    subnets = pl.DataFrame(
        {"endpoint": alone, "subnet": [network(address) for address in alone]},
        schema={"endpoint": pl.String, "subnet": pl.String},
    ).drop_nulls()
    large = subnets.filter(pl.len().over("subnet") >= _SUBNET)
    return (
        met.join(large, on="endpoint", how="left", maintain_order="left")
        .with_columns(address="endpoint", endpoint=pl.coalesce("subnet", "endpoint"))
        .drop("subnet")
    )


def _of_endpoint(row: Mapping[str, Any], shared: Collection[str]) -> Question:
    """Ask what an endpoint is; assets whose name is one of the `shared` are offered by id."""
    candidates = row["candidates"] or []
    names = "; ".join(f"{one['name']} ({one['id']})" for one in candidates)
    offered = [
        one["id"] if one["name"] is None or one["name"].lower() in shared else one["name"]
        for one in candidates
    ]
    return Question(
        {
            "Endpoint": row["endpoint"],
            "Why": _why(names, row["addresses"]),
            "Assets": str(row["assets"]),
            "Ports": ", ".join(map(str, row["ports"])),
            "Seen with": "; ".join(row["names"]),
        },
        (*offered, EXTERNAL),
    )


def _why(candidates: str, addresses: int) -> str:
    if candidates:
        return f"several assets have it: {candidates}"
    if addresses > 1:
        return f"no asset has one of these {addresses} addresses, which only ask others"
    return "no asset has it"


def _of_sheet(sheet: str | None) -> str:
    return f" [{sheet}]" if sheet else ""


def _share(confidence: float | None) -> str | None:
    return None if confidence is None else f"{confidence:.2f}"
