"""Applications: what they are, what belongs to them, and what passes between them."""

from typing import NewType

import polars as pl

from discovery_dagster.domain.tables.declaring import (
    count,
    numbers,
    objects,
    text,
    texts,
    total,
)
from discovery_dagster.domain.tables.table import StepTable
from discovery_dagster.domain.tables.words import Readiness, ReferenceWords

Applications = NewType("Applications", pl.DataFrame)
APPLICATIONS = StepTable[Applications](
    "applications",
    doc="One row per application, with its deployments.",
    columns={
        "application_id": text(key=True, doc="The application; an asset, or a name in lists."),
        "name": text(doc="Its name."),
        "aliases": texts(doc="Further names of it."),
        "business_owner": text(nullable=True, doc="Who owns it."),
        "technical_owner": text(nullable=True, doc="Who runs it."),
        "criticality": text(
            words=ReferenceWords.CRITICALITIES, nullable=True, doc="How critical it is."
        ),
        "lifecycle": text(nullable=True, doc="Its lifecycle, as written."),
        "recovery_time": text(nullable=True, doc="Recovery time objective, as written."),
        "recovery_point": text(nullable=True, doc="Recovery point objective, as written."),
        "users": text(nullable=True, doc="How many use it, as written."),
        "strategy": text(nullable=True, doc="A 6R hint, or `unknown`."),
        "members": count(doc="How many assets serve it."),
        "databases": count(doc="How many of them are databases."),
        "deployments": objects(
            {
                "environment": text(doc="Environment, or `unknown`."),
                "assets": texts(doc="Names of what it consists of, sorted."),
                "groups": texts(doc="Move groups of these."),
                "waves": numbers(doc="Waves of these."),
                "readiness": text(words=Readiness, doc="That of the part least ready to move."),
            },
            doc="What it consists of in each environment.",
        ),
        "memberships": objects(
            {
                "asset_id": text(doc="What serves it."),
                "evidence": text(doc="How that is known."),
                "status": text(doc="`stated`, or `proposed` by names or connections."),
            },
            doc="What serves it, and how that is known.",
        ),
        "interfaces_out": count(doc="How many applications it needs."),
        "interfaces_in": count(doc="How many applications need it."),
        "waves": numbers(doc="Waves of its deployments."),
        "unknown": texts(doc="What is not known of it."),
        "readiness": text(words=Readiness, doc="That of the deployment least ready to move."),
    },
)

Interfaces = NewType("Interfaces", pl.DataFrame)
INTERFACES = StepTable[Interfaces](
    "interfaces",
    doc="One row per interface: an application needs another, as its members' connections show.",
    columns={
        "source": text(doc="The application that needs the other."),
        "target": text(doc="The application that is needed."),
        "source_id": text(key=True, doc="The one that needs."),
        "target_id": text(key=True, doc="The one that is needed."),
        "status": text(doc="`confirmed`, `declared_only` or `observed_only`."),
        "ports": numbers(doc="Ports that their members were seen to connect on."),
        "connections": total(doc="How many connections were seen."),
        "evidence": text(doc="What declares it, or shows it."),
        "edges": numbers(doc="Numbers of the dependencies that it is made of."),
    },
)
