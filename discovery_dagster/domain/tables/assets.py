"""The things of the estate: their identity, and what they are."""

from typing import NewType

import polars as pl

from discovery_dagster.domain.tables.attributes import ATTRIBUTES
from discovery_dagster.domain.tables.declaring import (
    PLACE,
    count,
    flag,
    objects,
    share,
    text,
    texts,
)
from discovery_dagster.domain.tables.records import TRANSLATIONS
from discovery_dagster.domain.tables.table import StepTable
from discovery_dagster.domain.tables.words import EndOfLife, ReferenceWords

_ASSET_ID = text(key=True, doc="Stable id of the thing within its engagement.")
_OF_ASSET = text(doc="The asset.")
_NAMED_ONLY = flag(doc="Whether it is known from relations or flows alone.")
_RECORDS = count(doc="How many records were merged into it.")
_DECLARED_TYPE = text(
    words=ReferenceWords.ASSET_TYPES, nullable=True, doc="Type that the sources state."
)
_DECLARED_TYPE_TEXT = text(nullable=True, doc="That type, as written.")

InventoryAssets = NewType("InventoryAssets", pl.DataFrame)
INVENTORY_ASSETS = StepTable[InventoryAssets](
    "inventory_assets",
    doc="One row per asset: its golden record, merged from all its records.",
    columns={
        "asset_id": _ASSET_ID,
        "named_only": _NAMED_ONLY,
        "declared_type": _DECLARED_TYPE,
        "declared_type_text": _DECLARED_TYPE_TEXT,
        "translations": TRANSLATIONS,
        "records": _RECORDS,
        **ATTRIBUTES.columns,
    },
)

InventoryMembers = NewType("InventoryMembers", pl.DataFrame)
INVENTORY_MEMBERS = StepTable[InventoryMembers](
    "inventory_members",
    doc="One row per record of an asset, and why it belongs to it.",
    columns={
        "asset_id": _OF_ASSET,
        "record": count(
            doc="Number in `asset_records`; behind those, what relations alone name.",
        ),
        **PLACE,
        "keys": texts(doc="Identifiers that joined it, such as `fqdn:db-01.acme.example`."),
    },
)

InventoryConflicts = NewType("InventoryConflicts", pl.DataFrame)
INVENTORY_CONFLICTS = StepTable[InventoryConflicts](
    "inventory_conflicts",
    doc="One row per value that lost against another source's, and one for the value that won.",
    columns={
        "asset_id": _OF_ASSET,
        "field": text(doc="Canonical field."),
        "value": text(nullable=True, doc="What the record says."),
        **PLACE,
        "chosen": flag(doc="Whether the asset has this value."),
    },
)

RuleClassifiedAssets = NewType("RuleClassifiedAssets", pl.DataFrame)
RULE_CLASSIFIED_ASSETS = StepTable[RuleClassifiedAssets](
    "rule_classified_assets",
    doc="One row per asset, classified by rules; `unknown` is an answer.",
    columns={
        "asset_id": _ASSET_ID,
        "named_only": _NAMED_ONLY,
        "records": _RECORDS,
        **ATTRIBUTES.columns,
        "environment": text(words=ReferenceWords.ENVIRONMENTS, doc="Environment."),
        "criticality": text(words=ReferenceWords.CRITICALITIES, doc="Criticality."),
        "tier": text(words=ReferenceWords.TIERS, doc="Tier."),
        "declared_type": _DECLARED_TYPE,
        "declared_type_text": _DECLARED_TYPE_TEXT,
        "os_name_text": text(nullable=True, doc="Operating system, as written."),
        "environment_text": text(nullable=True, doc="Environment, as written."),
        "criticality_text": text(nullable=True, doc="Criticality, as written."),
        "tier_text": text(nullable=True, doc="Tier, as written."),
        "type": text(words=ReferenceWords.ASSET_TYPES, doc="What it is."),
        "virtual": flag(nullable=True, doc="Whether it is virtual; null where nothing tells."),
        "os_family": text(nullable=True, doc="Such as `windows` or `linux`."),
        "software": objects(
            {
                "kind": text(
                    doc="`operating_system`, an asset type, `runtime`, `framework` or `platform`."
                ),
                "name": text(doc="Name of the product."),
                "version": text(nullable=True, doc="Its version."),
                "eol_date": text(nullable=True, doc="End of its support, an ISO date."),
                "eol_status": text(words=EndOfLife, nullable=True, doc="Whether it is supported."),
                "source": text(nullable=True, doc="Where the date is from."),
            },
            nullable=True,
            doc="Products that were recognised: operating system, databases, runtimes and more.",
        ),
        "eol_date": text(nullable=True, doc="End of the first support that ends, an ISO date."),
        "eol_status": text(
            words=EndOfLife,
            nullable=True,
            doc="Whether its software is supported; null where nothing has an end.",
        ),
        "confidence": share(doc="How sure the type is, 0 to 1; 0 where it is unknown."),
        "tier_confidence": share(nullable=True, doc="How sure the tier is."),
        "environment_confidence": share(nullable=True, doc="How sure the environment is."),
        "criticality_confidence": share(nullable=True, doc="How sure the criticality is."),
        "os_confidence": share(nullable=True, doc="How sure the operating system is."),
        # Codes that `classification.sentences` words; what holds a blank is a sentence already.
        "rationale": texts(doc="Why each judged field is as it is."),
    },
)

ClassifiedAssets = NewType("ClassifiedAssets", pl.DataFrame)
CLASSIFIED_ASSETS = StepTable[ClassifiedAssets](
    "classified_assets",
    doc="One row per asset, with what people decided in the place of what the rules said.",
    columns={
        **RULE_CLASSIFIED_ASSETS.columns,
        "overridden": texts(doc="Fields that people decided; `rationale` has a sentence for each."),
    },
)
