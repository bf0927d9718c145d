"""Dagster's materialisations of a session, read by exact partition after the scope check."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.steps import STEPS
from discovery_dagster.store import dagster_runs
from discovery_dagster.store.database import Database

_MATERIALISATIONS = """
select id, run_id, event, asset_key, "timestamp" from event_logs
where asset_key = any (%s) and dagster_event_type = 'ASSET_MATERIALIZATION' and partition = %s
order by id desc
"""

#: The counts that make up the rows of a step.
_ROWS: Final[Mapping[str, Sequence[str]]] = {
    "source_files": ("files",),
    "source_records": ("records",),
    "field_mapping": ("columns",),
    "canonical_records": ("records",),
    "rejected_records": ("rejected",),
    "inventory": ("assets",),
    "classified_assets": ("assets",),
    "dependencies": ("resolved", "unresolved"),
    "dependency_graph": ("nodes",),
    "migration_plan": ("groups",),
    "session_changes": ("changes",),
}

#: Kinds of metadata whose value is said here; schemas and drawings are Dagster's own to show.
_PLAIN = ("text", "value", "url", "path")


def materialisations(database: Database, session: SessionKey) -> list[dict[str, Any]]:
    """Return them, the newest first: what each made, by which run and code, and its metadata."""
    if not dagster_runs.exist(database):
        return []
    keys = [json.dumps([step.key]) for step in STEPS]
    with database.connect() as connection:
        rows = connection.execute(_MATERIALISATIONS, [keys, session.partition_key]).fetchall()
    return [_document(row, session) for row in rows]


def _document(row: Mapping[str, Any], session: SessionKey) -> dict[str, Any]:
    event = json.loads(row["event"])["dagster_event"]["event_specific_data"]["materialization"]
    metadata = {
        entry["label"]: value
        for entry in event["metadata_entries"]
        if (value := _value(entry["entry_data"])) is not None
    }
    step = json.loads(row["asset_key"])[-1]
    counts = [metadata.get(name) for name in _ROWS.get(step, ())]
    return {
        "asset_key": step,
        "partition": session.partition_key,
        "run_id": row["run_id"],
        "publication": metadata.pop("publication", None),
        "code_version": (event.get("tags") or {}).get("dagster/code_version"),
        "rows": sum(counts) if counts and None not in counts else None,
        "metadata": metadata,
        "at": row["timestamp"].replace(tzinfo=UTC),
    }


def _value(data: Mapping[str, Any]) -> Any:
    return next((data[kind] for kind in _PLAIN if data.get(kind) is not None), None)
