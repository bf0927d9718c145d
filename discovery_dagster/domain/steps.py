"""The steps of a session: what each is made from, what it hands on, and its version.

A step is one Dagster asset; its key names both. Raise `version` when the same inputs and
reference data would give another result: what was made by an older version then reads `stale`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from discovery_dagster import reference
from discovery_dagster.domain import frames
from discovery_dagster.domain.frames import Schema


@dataclass(frozen=True)
class Step:
    """One step; `frames` are those that it publishes, by name, the one it is about first."""

    key: str
    description: str
    upstream: tuple[str, ...] = ()
    frames: Mapping[str, Schema] = field(default_factory=dict)
    version: int = 1
    reference: tuple[str, ...] = ()  # files whose content is part of the code version
    decisions: tuple[str, ...] = ()  # kinds of decisions of people that are part of the inputs
    compares: bool = False  # is also made from the same upstream steps of the session before
    #: Prompts with which a language model may be asked for proposals: system message and meanings.
    prompts: tuple[str, ...] = ()
    page: str = ""  # of the session's pages, the one that shows what the step made

    @property
    def code_version(self) -> str:
        """Version of the code and of the reference data that decide this step's result."""
        return (
            f"{self.version}.{reference.digest(*self.reference)}"
            if self.reference
            else str(self.version)
        )


STEPS: tuple[Step, ...] = (
    Step(
        "source_files",
        "Each file of the session: content hash, size, encoding, delimiter, sheets, and why it "
        "could not be read.",
        frames={"files": frames.SOURCE_FILES},
        version=2,
        reference=("sheet_words.yaml",),
    ),
    Step(
        "source_records",
        "Every record of every table as it stood, with file, sheet and physical line.",
        upstream=("source_files",),
        frames={"tables": frames.SOURCE_TABLES, "corrections": frames.CORRECTIONS},
        version=16,
        reference=(
            "synonyms.yaml",
            "header_words.yaml",
            "units.yaml",
            "placeholders.yaml",
            "characters.yaml",
            "json_nesting.yaml",
            "json_subjects.yaml",
            "keyed_things.yaml",
            "headerless.yaml",
            "stray_lines.yaml",
            "wrappings.yaml",
            "ends.yaml",
            "relation_phrases.yaml",
            "ports.csv",
            "sheet_words.yaml",
        ),
    ),
    Step(
        "field_mapping",
        "The canonical field, unit and transform of each source column, with confidence and "
        "evidence.",
        upstream=("source_records",),
        decisions=("mapping",),
        frames={"mapping": frames.FIELD_MAPPING, "proposals": frames.PROPOSALS},
        version=14,
        prompts=("prompts/field_mapping.md", "prompts/fields.yaml"),
        reference=(
            "synonyms.yaml",
            "header_words.yaml",
            "units.yaml",
            "placeholders.yaml",
            "characters.yaml",
            "asset_types.yaml",
            "booleans.yaml",
            "value_kinds.yaml",
            "identifiers.yaml",
            "tier_words.yaml",
            "protocols.yaml",
            "operating_systems.yaml",
            "environments.yaml",
            "criticalities.yaml",
            "ends.yaml",
            "relation_phrases.yaml",
            "secrets.yaml",
            "states.yaml",
        ),
        page="quality",
    ),
    Step(
        "canonical_records",
        "Typed records in the canonical model, and how each physical record was accounted for.",
        upstream=("source_records", "field_mapping"),
        frames={
            "assets": frames.ASSET_RECORDS,
            "relations": frames.RELATION_RECORDS,
            "overrides": frames.OVERRIDE_LINES,
            "issues": frames.ISSUES,
            "outcomes": frames.RECORD_OUTCOMES,
            "accounts": frames.TABLE_ACCOUNTS,
        },
        version=17,
        reference=(
            "overrides.yaml",
            "vocabulary.yaml",
            "operating_systems.yaml",
            "synonyms.yaml",
            "header_words.yaml",
            "units.yaml",
            "placeholders.yaml",
            "characters.yaml",
            "asset_types.yaml",
            "type_patterns.yaml",
            "booleans.yaml",
            "servicenow_codes.yaml",
            "states.yaml",
            "tier_words.yaml",
            "protocols.yaml",
            "relation_phrases.yaml",
            "ends.yaml",
            "ports.csv",
            "connection_strings.yaml",
            "secrets.yaml",
            "references.yaml",
            "environments.yaml",
        ),
        page="quality",
    ),
    Step(
        "inventory",
        "One row a real thing, with a stable id and the reason why its records were merged.",
        upstream=("canonical_records",),
        decisions=("identity", "aliases"),
        version=5,
        frames={
            "assets": frames.INVENTORY_ASSETS,
            "members": frames.INVENTORY_MEMBERS,
            "conflicts": frames.INVENTORY_CONFLICTS,
            "refusals": frames.OVERRIDE_REFUSALS,
        },
        reference=(
            "identifiers.yaml",
            "placeholders.yaml",
            "precedence.yaml",
            "operating_systems.yaml",
            "states.yaml",
        ),
        page="assets",
    ),
    Step(
        "rejected_records",
        "Records that were not accepted and issues of accepted ones, each with every reason.",
        # Whether a line of `overrides.csv` names an asset is known with the inventory.
        upstream=("source_records", "canonical_records", "inventory"),
        frames={
            "rejects": frames.REJECTED_RECORDS,
            "issues": frames.ISSUES,
            "accounts": frames.TABLE_ACCOUNTS,
        },
        version=2,
        page="quality",
    ),
    Step(
        "classified_assets",
        "Type, tier, environment, criticality, operating system and end of life of each asset, "
        "with confidence and rationale.",
        upstream=("inventory",),
        frames={"assets": frames.CLASSIFIED_ASSETS, "proposals": frames.PROPOSALS},
        version=6,
        decisions=("assets", "outsiders"),
        prompts=("prompts/classification.md", "vocabulary.yaml"),
        reference=(
            "vocabulary.yaml",
            "asset_types.yaml",
            "classification.yaml",
            "environments.yaml",
            "criticalities.yaml",
            "operating_systems.yaml",
            "products.yaml",
            "tier_words.yaml",
            "end_of_life.csv",
        ),
        page="assets",
    ),
    Step(
        "dependencies",
        "Who needs whom, with every piece of evidence; unresolved endpoints are kept.",
        upstream=("canonical_records", "inventory", "classified_assets"),
        decisions=("endpoints", "services"),
        frames={"edges": frames.EDGES, "endpoints": frames.ENDPOINTS},
        version=4,
        reference=(
            "ports.csv",
            "evidence.yaml",
            "identifiers.yaml",
            "connection_strings.yaml",
            "infrastructure.yaml",
            "header_words.yaml",
            "references.yaml",
            "protocols.yaml",
        ),
        page="dependencies",
    ),
    Step(
        "dependency_graph",
        "Components, cycles, hubs, fan-in and fan-out, depth and blast radius of each asset.",
        upstream=("classified_assets", "dependencies"),
        decisions=("services",),
        frames={"nodes": frames.GRAPH_NODES, "cycles": frames.CYCLES},
        version=4,
        reference=("planning.yaml", "infrastructure.yaml", "identifiers.yaml"),
        page="dependencies",
    ),
    Step(
        "migration_plan",
        "Move groups, waves and 6R hints, each with its reason.",
        upstream=("classified_assets", "dependencies", "dependency_graph"),
        decisions=("plan", "strategies"),
        version=7,
        frames={
            "placements": frames.PLAN_PLACEMENTS,
            "groups": frames.PLAN_GROUPS,
            "waves": frames.PLAN_WAVES,
            "conflicts": frames.PLAN_CONFLICTS,
            "coverage": frames.PLAN_COVERAGE,
        },
        reference=(
            "planning.yaml",
            "strategies.yaml",
            "states.yaml",
            "environments.yaml",
            "identifiers.yaml",
        ),
        page="plan",
    ),
    Step(
        "session_changes",
        "What appeared, was not seen again or changed against the session before.",
        upstream=(
            "source_records",
            "inventory",
            "classified_assets",
            "dependencies",
            "migration_plan",
        ),
        frames={"changes": frames.SESSION_CHANGES},
        compares=True,
        page="changes",
    ),
)

BY_KEY: Mapping[str, Step] = {step.key: step for step in STEPS}


def and_below(keys: Iterable[str]) -> set[str]:
    """The steps of these keys and every step that is made from one of them."""
    found = set(keys)
    for step in STEPS:  # each stands after those that it is made from
        if found & set(step.upstream):
            found.add(step.key)
    return found
