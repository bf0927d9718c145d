"""The frames that steps hand each other: their columns, types and meaning.

A frame is a Polars data frame. These schemas are the contract between the steps: a step is checked
against them when it publishes, so a column is renamed here or nowhere.
"""

from collections.abc import Mapping

import polars as pl

Schema = Mapping[str, pl.DataType | type[pl.DataType]]
Frames = dict[str, pl.DataFrame]

_TEXT = pl.String()
_TEXTS = pl.List(pl.String())

#: Where a record stands: `sheet` is null for files without sheets, `line` counts from 1.
_PLACE: Schema = {"file": _TEXT, "sheet": _TEXT, "line": pl.UInt32()}

#: One row a file of the session. `error` is null for a file that was read.
SOURCE_FILES: Schema = {
    "file": _TEXT,
    "sha256": _TEXT,
    "size": pl.Int64(),  # bytes
    "format": _TEXT,  # null when unread; a workbook of several takes the first table's
    "encoding": _TEXT,
    "delimiter": _TEXT,
    "sheets": _TEXTS,
    "notes": _TEXTS,  # sentences on what a person may not expect of how the file was read
    "error_code": _TEXT,
    "error": _TEXT,
}

#: A merged cell of a worksheet, as `tables.MergedCell`.
_MERGED: Schema = {
    "first_line": pl.UInt32(),
    "last_line": pl.UInt32(),
    "first_position": pl.UInt32(),
    "last_position": pl.UInt32(),
    "range": _TEXT,  # its name in the worksheet, such as `C2:C4`
}

#: One row a table, in file and sheet order; `table` numbers them from 0 within the session.
SOURCE_TABLES: Schema = {
    "table": pl.UInt32(),
    "file": _TEXT,
    "sheet": _TEXT,
    "format": _TEXT,  # name of the table's format, such as `rvtools.vinfo`
    "header": _TEXTS,
    "header_line": pl.UInt32(),
    "records": pl.UInt32(),
    "merged": pl.List(pl.Struct(_MERGED)),
}

#: One row a record that another file of the session corrected; the record itself is corrected.
CORRECTIONS: Schema = {
    **_PLACE,
    "table": pl.UInt32(),
    "record": pl.UInt32(),  # number of the record in its table, from 0
    "before": _TEXTS,  # its cells before the correction
    "by_file": _TEXT,
    "by_sheet": _TEXT,
    "by_line": pl.UInt32(),
}

#: One row a source column.
FIELD_MAPPING: Schema = {
    "table": pl.UInt32(),
    "file": _TEXT,
    "sheet": _TEXT,
    "column": _TEXT,  # as written in the header
    "position": pl.UInt32(),
    "field": _TEXT,  # canonical field, `ignored` or `unmapped`
    "unit": _TEXT,  # of the source, such as `MiB`; null where the field has none
    "transform": _TEXT,  # name of the transform applied to each cell; null for text as it stands
    "confidence": pl.Float64(),  # 0 to 1
    "method": _TEXT,  # format, synonym, values, person, model
    "status": _TEXT,  # accepted, proposed, rejected
    "evidence": _TEXTS,  # up to three sample values, or what speaks for the mapping
    "conflict": _TEXT,  # the other column that claims the same field, else null
}

#: One row a thing that the rules left open and a language model was to say something about: a
#: column or an asset. Empty without a model.
PROPOSALS: Schema = {
    "asset_id": _TEXT,  # null for a column
    "name": _TEXT,  # of the asset
    "file": _TEXT,  # null for an asset
    "sheet": _TEXT,
    "column": _TEXT,
    "field": _TEXT,  # what it is about: `type` of an asset, `field` of a column
    "rules": _TEXT,  # the rules' own answer, such as `unknown`
    "value": _TEXT,  # proposed; null when there is no usable answer
    "confidence": pl.Float64(),  # as the model states it, 0 to 1; decides nothing
    "rationale": _TEXT,  # the model's own words: untrusted text
    "status": _TEXT,  # proposed, accepted, undecided, unanswered, withheld
    "reason": _TEXT,  # why there is no value, or which evidence agreed; else null
    "model": _TEXT,
    "prompt": _TEXT,  # digest of the prompt
    "response": _TEXT,  # id that the server gave its response, or null
}

#: One row a physical record: how it was accounted for. Exactly one outcome each.
RECORD_OUTCOMES: Schema = {
    **_PLACE,
    "table": pl.UInt32(),
    "outcome": _TEXT,  # accepted, rejected, ignored
    "reason": _TEXT,  # a sentence for ignored ones, else null
}

#: One row a table: its physical records and what became of them.
TABLE_ACCOUNTS: Schema = {
    "table": pl.UInt32(),
    "file": _TEXT,
    "sheet": _TEXT,
    "format": _TEXT,
    "records": pl.UInt32(),
    "accepted": pl.UInt32(),
    "rejected": pl.UInt32(),
    "ignored": pl.UInt32(),
}

#: One row a rejected record: its columns and cells as they stood, in the same order.
REJECTED_RECORDS: Schema = {
    **_PLACE,
    "table": pl.UInt32(),
    "columns": _TEXTS,
    "cells": _TEXTS,
}

#: One row a problem of a cell or record; `severity` is `error` where it rejected the record.
ISSUES: Schema = {
    **_PLACE,
    "table": pl.UInt32(),
    "field": _TEXT,  # canonical field, or null when the record as a whole is meant
    "column": _TEXT,  # source column as written, or null
    "code": _TEXT,
    "message": _TEXT,  # one sentence, quoting the value
    "value": _TEXT,
    "severity": _TEXT,  # error, warning
}

#: One row a record of a table of decisions that is right by itself.
OVERRIDE_LINES: Schema = {
    **_PLACE,
    "table": pl.UInt32(),
    "row": pl.UInt32(),  # number of the record in its table, from 0
    "asset": _TEXT,  # id or name, as written
    "field": _TEXT,  # one of `reference/overrides.yaml`
    "value": _TEXT,
    "reason": _TEXT,
    "author": _TEXT,
}

#: One row a record of `OVERRIDE_LINES` that could not be applied, with the reason as in ISSUES.
OVERRIDE_REFUSALS: Schema = {
    "table": pl.UInt32(),
    "row": pl.UInt32(),
    **_PLACE,
    "field": _TEXT,
    "column": _TEXT,
    "code": _TEXT,
    "message": _TEXT,
    "value": _TEXT,
}

#: What is said of a thing, in canonical fields and units. Lists are empty, not null.
ATTRIBUTES: Schema = {
    "name": _TEXT,
    "hostname": _TEXT,  # short name, lower case
    "fqdn": _TEXT,  # lower case
    "aliases": _TEXTS,  # further names that references may use; they never tell what it is
    "domain": _TEXT,  # lower case DNS or directory domain where given apart
    "ip_addresses": _TEXTS,  # canonical text form
    "mac_addresses": _TEXTS,  # lower case, colons
    "serial_number": _TEXT,
    "asset_tag": _TEXT,  # number that the owner gave, as on the sticker
    "smbios_uuid": _TEXT,  # lower case
    "provider_id": _TEXT,  # an id that a provider or source system gave, such as an ARM or sys_id
    "vendor": _TEXT,
    "model": _TEXT,
    "os_name": _TEXT,  # as written
    "os_version": _TEXT,  # as written
    "cpu_cores": pl.Int64(),
    "memory_gb": pl.Float64(),  # GiB
    "storage_gb": pl.Float64(),  # 10^9 bytes
    "environment": _TEXT,  # as written
    "criticality": _TEXT,  # as written
    "tier": _TEXT,  # as written
    "location": _TEXT,
    "scope": _TEXT,  # namespace, project, account, vCenter or site within which its name is its own
    "business_owner": _TEXT,
    "technical_owner": _TEXT,
    "applications": _TEXTS,
    "status": _TEXT,  # operational or power state, as written
    "product": _TEXT,  # database engine, middleware or technology, as written
    "description": _TEXT,
    "custom": _TEXT,  # JSON object of the columns that no field stands for, or null
}

#: One row a record that declares a thing (`named` false), in table and line order.
ASSET_RECORDS: Schema = {
    "record": pl.UInt32(),  # number of the row, from 0
    **_PLACE,
    "format": _TEXT,  # as in SOURCE_TABLES
    "declared_type": _TEXT,  # canonical asset type that the source states, or null
    "declared_type_text": _TEXT,  # as written, or null
    "detail": pl.Boolean(),  # adds to a thing that another record declares; makes none itself
    **ATTRIBUTES,
}

#: One row a relation between two named things, or from one to an address.
#: Turned already: the source needs the target.
RELATION_RECORDS: Schema = {
    **_PLACE,
    "kind": _TEXT,  # evidence kind: declared, observed, inferred
    "relation": _TEXT,  # runs_on, depends_on, connects_to, member_of, uses_storage, replicates_to
    "phrase": _TEXT,  # as written, or the column that says it
    "source": _TEXT,  # name as written, null for a bare address
    "source_address": _TEXT,
    "source_type": _TEXT,  # canonical asset type that the record states, or null
    "source_record": pl.UInt32(),  # the asset record that states the relation of itself, or null
    "target": _TEXT,
    "target_address": _TEXT,
    "target_type": _TEXT,
    "target_record": pl.UInt32(),
    "source_names_asset": pl.Boolean(),  # a named source declares an asset with low confidence
    "target_names_asset": pl.Boolean(),
    "port": pl.Int32(),  # of the listening side
    "protocol": _TEXT,  # tcp, udp, ...
    "count": pl.Int64(),  # of observations; 1 for a declared relation
    "first_seen": _TEXT,  # ISO 8601, or null
    "last_seen": _TEXT,
    "detail": _TEXT,  # such as the process or application seen, or null
}

#: One row a thing: the records of one identity merged.
INVENTORY_ASSETS: Schema = {
    "asset_id": _TEXT,
    "named_only": pl.Boolean(),  # known from relations or flows alone
    "declared_type": _TEXT,
    "declared_type_text": _TEXT,
    "records": pl.UInt32(),
    **ATTRIBUTES,
}

#: One row a record of an asset, and why it belongs to it.
INVENTORY_MEMBERS: Schema = {
    "asset_id": _TEXT,
    "record": pl.UInt32(),  # as in ASSET_RECORDS; behind those, what relations alone name
    **_PLACE,
    "keys": _TEXTS,  # identifiers that joined it, such as `fqdn:db-01.acme.example`
}

#: One row a value that lost against another source's, and one for the value that won.
INVENTORY_CONFLICTS: Schema = {
    "asset_id": _TEXT,
    "field": _TEXT,
    "value": _TEXT,
    **_PLACE,
    "chosen": pl.Boolean(),
}

#: Software of an asset: `kind` is `operating_system`, an asset type, `runtime`, `framework` or
#: `platform`; dates are ISO, `source` is where the date is from.
_SOFTWARE = pl.List(
    pl.Struct(
        {
            "kind": pl.String(),
            "name": pl.String(),
            "version": pl.String(),
            "eol_date": pl.String(),
            "eol_status": pl.String(),
            "source": pl.String(),
        }
    )
)

#: One row an asset, judged by rules. `unknown` is an answer. Fields that end in `_text` are as
#: written.
JUDGED_ASSETS: Schema = {
    "asset_id": _TEXT,
    "named_only": pl.Boolean(),
    "records": pl.UInt32(),
    **ATTRIBUTES,  # environment, criticality and tier are canonical words or `unknown` here
    "declared_type": _TEXT,  # as in INVENTORY_ASSETS
    "declared_type_text": _TEXT,
    "os_name_text": _TEXT,
    "environment_text": _TEXT,
    "criticality_text": _TEXT,
    "tier_text": _TEXT,
    "type": _TEXT,
    "virtual": pl.Boolean(),  # null where nothing tells
    "os_family": _TEXT,  # windows, linux, unix, ... or null
    "software": _SOFTWARE,  # what is recognised: operating system, databases, runtimes, ...
    "eol_date": _TEXT,  # ISO date, or null
    "eol_status": _TEXT,  # supported, extended, ended, unknown; null where nothing has an end
    "confidence": pl.Float64(),  # of the type, 0 to 1; 0 where it is unknown
    "tier_confidence": pl.Float64(),
    "environment_confidence": pl.Float64(),
    "criticality_confidence": pl.Float64(),
    "os_confidence": pl.Float64(),
    #: One code a judged field, worded by `classification.sentences`. What holds a blank is a
    #: sentence already.
    "rationale": _TEXTS,
}

#: Likewise, with what people decided in the place of what the rules said.
CLASSIFIED_ASSETS: Schema = {
    **JUDGED_ASSETS,
    "overridden": _TEXTS,  # fields that people decided; `rationale` has a sentence for each
}

#: Assets that an ambiguous endpoint may be; of many the first.
_CANDIDATES = {"id": pl.String(), "name": pl.String()}

#: One row an edge: the source needs the target.
EDGES: Schema = {
    "edge": pl.UInt32(),  # number of the row, from 0
    "source": _TEXT,  # asset name, or the endpoint as written
    "target": _TEXT,
    "source_id": _TEXT,  # null when unresolved
    "target_id": _TEXT,
    "relation": _TEXT,
    "port": pl.Int32(),
    "protocol": _TEXT,
    "service": _TEXT,  # name of the port's service, or null
    "evidence": pl.List(
        pl.Struct(
            {
                "kind": pl.String(),
                "file": pl.String(),
                "sheet": pl.String(),
                "line": pl.UInt32(),
                "detail": pl.String(),
                "count": pl.Int64(),
                "first_seen": pl.String(),  # ISO 8601; of what was observed
                "last_seen": pl.String(),
            }
        )
    ),
    "confidence": pl.Float64(),
    "status": _TEXT,  # confirmed, declared_only, observed_only, inferred_only
    "resolved": pl.Boolean(),
    #: Why the edge glues no groups together, such as `dns` or `remote_administration`, or null.
    "infrastructure": _TEXT,
    "conflict": _TEXT,  # a sentence where other evidence says the opposite direction, else null
    #: Why an end is no asset (`dependencies.unresolved`): ambiguous, unmatched, external,
    #: broadcast, local; null where it is one.
    "source_why": _TEXT,
    "source_candidates": pl.List(pl.Struct(_CANDIDATES)),  # where it is ambiguous, else null
    "target_why": _TEXT,
    "target_candidates": pl.List(pl.Struct(_CANDIDATES)),
}

#: One row a subnet (or a name) and port of endpoints that are no assets.
ENDPOINTS: Schema = {
    "subnet": _TEXT,  # of an address; else the name
    "kind": _TEXT,  # why they are no assets, as in EDGES
    "side": _TEXT,  # target: assets need it; source: it needs assets
    "port": pl.Int32(),
    "protocol": _TEXT,
    "service": _TEXT,
    "assets": pl.UInt32(),  # how many assets talk with it
    "count": pl.Int64(),  # connections and statements
    "number": pl.UInt32(),  # how many endpoints
    "endpoints": _TEXTS,  # the first of them
    "first_seen": _TEXT,
    "last_seen": _TEXT,
    #: Which asset each endpoint may be, where it is ambiguous.
    "candidates": pl.List(pl.Struct({"endpoint": pl.String(), **_CANDIDATES})),
}

#: One row an asset, as a node of the graph of resolved edges.
GRAPH_NODES: Schema = {
    "asset_id": _TEXT,
    "component": pl.UInt32(),  # weakly connected, numbered from 1 by size, then by first name
    "strong_component": pl.UInt32(),  # likewise
    "in_cycle": pl.Boolean(),
    "fan_in": pl.UInt32(),  # how many assets need it directly
    "fan_out": pl.UInt32(),  # how many it needs directly
    "depth": pl.UInt32(),  # longest chain of needs below it, cycles condensed
    "blast_radius": pl.UInt32(),  # how many assets need it, directly or not; null if uncounted
    "hub": pl.Boolean(),
    "single_point": pl.Boolean(),  # its loss parts what is connected; null if not looked for
    "single_point_reason": _TEXT,  # what it would part
    "service": _TEXT,  # role of an asset that serves the whole estate, such as `dns`, or null
    "service_reason": _TEXT,
}

#: One row a set of assets that need each other.
CYCLES: Schema = {
    "cycle": pl.UInt32(),  # the strong component
    "assets": _TEXTS,  # names, sorted
    "asset_ids": _TEXTS,
    "edges": pl.UInt32(),
    "cuts": _TEXTS,  # the cheapest edges to cut, in words; null where none are proposed
    "cut_edges": pl.List(pl.UInt32()),  # their numbers in `EDGES`
}

#: One row an asset of the plan.
PLAN_PLACEMENTS: Schema = {
    "asset_id": _TEXT,
    "group": _TEXT,  # null, as is the wave, of what does not move
    "wave": pl.UInt32(),
    "strategy": _TEXT,  # a 6R hint, or `unknown`
    "strategy_reason": _TEXT,
    "reason": _TEXT,  # why this group and wave
}

PLAN_GROUPS: Schema = {
    "group": _TEXT,
    "wave": pl.UInt32(),
    "assets": _TEXTS,  # asset names, sorted
    "reason": _TEXT,
    "cycle": pl.Boolean(),
}

PLAN_WAVES: Schema = {
    "wave": pl.UInt32(),
    "groups": _TEXTS,
    "assets": pl.UInt32(),
    "reason": _TEXT,
}

#: One row an asset of the plan: what is known of its dependencies.
PLAN_COVERAGE: Schema = {
    "asset_id": _TEXT,
    "declared": pl.UInt32(),  # edges with evidence of this kind
    "observed": pl.UInt32(),
    "inferred": pl.UInt32(),
    "first_seen": _TEXT,  # of its observations, ISO 8601
    "last_seen": _TEXT,
    "evidence": pl.Boolean(),  # whether there is any at all
}

#: One row a constraint that cannot hold, or has no effect.
PLAN_CONFLICTS: Schema = {
    "constraint": pl.Int64(),
    "kind": _TEXT,
    "sentence": _TEXT,  # the constraint, and who set it
    "message": _TEXT,  # why it does not hold
}

#: One row a difference to the session before: a thing, an edge or a place in the plan.
SESSION_CHANGES: Schema = {
    "since": _TEXT,  # session that is compared with, such as `s001`
    "what": _TEXT,  # asset, edge, plan
    "change": _TEXT,  # appeared, not_seen, source_absent, changed
    "asset_id": _TEXT,  # of an edge: its source; null when unresolved
    "name": _TEXT,
    "relation": _TEXT,  # of an edge, as are the next four
    "target_id": _TEXT,
    "target": _TEXT,
    "port": pl.Int32(),
    "protocol": _TEXT,
    "field": _TEXT,  # what changed, else null
    "before": _TEXT,
    "after": _TEXT,
}


def empty(schema: Schema) -> pl.DataFrame:
    """Return a frame without rows in `schema`."""
    return pl.DataFrame(schema=dict(schema))


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return `frame` with exactly the columns of `schema`, in its order.

    Raises:
        ValueError: when a column is missing, surplus or of another type.
    """
    want, have = dict(schema), dict(frame.schema)
    if want.keys() != have.keys():
        raise ValueError(
            f"missing columns {sorted(want.keys() - have.keys())}, "
            f"surplus columns {sorted(have.keys() - want.keys())}"
        )
    wrong = [
        f"{name} is {have[name]}, not {kind}" for name, kind in want.items() if have[name] != kind
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    return frame.select(list(want))
