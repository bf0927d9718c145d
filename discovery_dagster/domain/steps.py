"""The steps of a session: what each is made from, what it hands on, and its version.

A step is one Dagster asset; its key names both. What was made by other code or other reference data
than today's reads `stale`: see `discovery_dagster.versions`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from discovery_dagster.domain import tables
from discovery_dagster.versions import code_versions


@dataclass(frozen=True)
class Step:
    """One step; `frames` are those that it publishes, by name, the one it is about first."""

    key: str
    description: str
    upstream: tuple[str, ...] = ()
    frames: Mapping[str, tables.StepTable[Any]] = field(default_factory=dict)
    decisions: tuple[str, ...] = ()  # kinds of decisions of people that are part of the inputs
    compares: bool = False  # is also made from the same upstream steps of the session before
    #: Prompts with which a language model may be asked for proposals: system message and meanings.
    prompts: tuple[str, ...] = ()
    page: str = ""  # of the session's pages, the one that shows what the step made
    layer: str = ""  # of the way from files to a plan: intake, estate, map, plan or history

    @property
    def code_version(self) -> str:
        """Digest of the code and of the reference data that decide this step's result."""
        return code_versions()[self.key]

    def name_of(self, table: tables.Table) -> str:
        """Return the name of the frame that has this table.

        Raises:
            KeyError: when the step hands on none.
        """
        for name, own in self.frames.items():
            if own is table:
                return name
        raise KeyError(f"{self.key} hands on no {table.name}")


STEPS: tuple[Step, ...] = (
    Step(
        "source_files",
        "Each file of the session: content hash, size, encoding, delimiter, sheets, and why it "
        "could not be read.",
        frames={"files": tables.SOURCE_FILES},
        layer="intake",
    ),
    Step(
        "source_records",
        "Every record of every table as written, with file, sheet and physical line.",
        upstream=("source_files",),
        frames={"tables": tables.SOURCE_TABLES, "corrections": tables.CORRECTIONS},
        layer="intake",
    ),
    Step(
        "field_mapping",
        "What a row of each table is, and the canonical field, unit and transform of each source "
        "column, with confidence and evidence.",
        upstream=("source_records",),
        decisions=("mapping", "grains", "formats"),
        frames={
            "mapping": tables.FIELD_MAPPING,
            "grains": tables.TABLE_GRAINS,
            "words": tables.SOURCE_WORDS,
            "proposals": tables.PROPOSALS,
        },
        prompts=("prompts/field_mapping.md", "prompts/fields.yaml"),
        page="quality",
        layer="intake",
    ),
    Step(
        "canonical_records",
        "Typed records in the canonical model, and how each physical record was accounted for.",
        upstream=("source_records", "field_mapping"),
        decisions=("dictionary",),
        frames={
            "assets": tables.ASSET_RECORDS,
            "relations": tables.RELATION_RECORDS,
            "overrides": tables.OVERRIDE_LINES,
            "issues": tables.ISSUES,
            "outcomes": tables.RECORD_OUTCOMES,
            "accounts": tables.TABLE_ACCOUNTS,
        },
        page="quality",
        layer="intake",
    ),
    Step(
        "inventory",
        "One row per asset: its golden record, with a stable id and why its records were merged.",
        upstream=("canonical_records",),
        decisions=("identity", "aliases"),
        frames={
            "assets": tables.INVENTORY_ASSETS,
            "members": tables.INVENTORY_MEMBERS,
            "conflicts": tables.INVENTORY_CONFLICTS,
            "refusals": tables.OVERRIDE_REFUSALS,
        },
        page="assets",
        layer="estate",
    ),
    Step(
        "rejected_records",
        "Records that were not accepted and issues of accepted ones, each with every reason.",
        # Whether a line of `overrides.csv` names an asset is known with the inventory.
        upstream=("source_records", "canonical_records", "inventory"),
        frames={
            "rejects": tables.REJECTED_RECORDS,
            "issues": tables.ISSUES,
            "accounts": tables.TABLE_ACCOUNTS,
        },
        page="quality",
        layer="intake",
    ),
    Step(
        "classified_assets",
        "Type, tier, environment, criticality, operating system and end of life of each asset, "
        "with confidence and rationale, and whether machines can be moved as they are.",
        # What hosts are used for stands in relations.
        upstream=("canonical_records", "inventory"),
        frames={
            "assets": tables.CLASSIFIED_ASSETS,
            "proposals": tables.PROPOSALS,
            "readiness": tables.READINESS,
        },
        decisions=("assets", "outsiders"),
        prompts=("prompts/classification.md", "vocabulary.yaml"),
        page="assets",
        layer="estate",
    ),
    Step(
        "dependencies",
        "Dependencies between assets, with every piece of evidence; unresolved endpoints are kept.",
        upstream=("canonical_records", "inventory", "classified_assets"),
        decisions=("endpoints", "services"),
        frames={"edges": tables.EDGES, "endpoints": tables.ENDPOINTS},
        page="dependencies",
        layer="map",
    ),
    Step(
        "dependency_graph",
        "Components, circular dependencies, hubs, fan-in, fan-out, depth and blast radius.",
        upstream=("classified_assets", "dependencies"),
        decisions=("services",),
        frames={"nodes": tables.GRAPH_NODES, "cycles": tables.CYCLES},
        page="dependencies",
        layer="map",
    ),
    Step(
        "migration_plan",
        "Move groups, waves and 6R hints, each with its reason; applications and their interfaces.",
        upstream=("classified_assets", "dependencies", "dependency_graph"),
        decisions=("plan", "strategies"),
        frames={
            "placements": tables.PLAN_PLACEMENTS,
            "groups": tables.PLAN_GROUPS,
            "waves": tables.PLAN_WAVES,
            "conflicts": tables.PLAN_CONFLICTS,
            "coverage": tables.PLAN_COVERAGE,
            "applications": tables.APPLICATIONS,
            "interfaces": tables.INTERFACES,
        },
        page="plan",
        layer="plan",
    ),
    Step(
        "session_changes",
        "What appeared, was not seen again or changed against the previous session.",
        upstream=(
            "source_records",
            "inventory",
            "classified_assets",
            "dependencies",
            "migration_plan",
        ),
        frames={"changes": tables.SESSION_CHANGES},
        compares=True,
        page="changes",
        layer="history",
    ),
)

BY_KEY: Mapping[str, Step] = {step.key: step for step in STEPS}


def and_below(keys: Iterable[str]) -> set[str]:
    """The steps of these keys and every step that is made from one of them."""
    included = set(keys)
    for step in STEPS:  # each stands after those that it is made from
        if included & set(step.upstream):
            included.add(step.key)
    return included
