"""What a session's published tables say, as rows for people and programs.

Each query is ordered completely, and none mentions a run or a moment (`publications` apart), so
that the same import gives the same bytes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from discovery_dagster.domain.classification import sentences
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.preview import raw_record
from discovery_dagster.store.database import Database

Rows = list[dict[str, Any]]

_IN_SESSION = "engagement = %(engagement)s and session = %(session)s"

#: What an asset's row says: of the asset `r`, its sources `s` and its place in the plan `p`.
ASSET_DOCUMENT = """
    r.asset_id as id, r.name, r.type, r.tier, r.environment, r.criticality,
    r.os_family, r.os_name, r.os_version, r.eol_date, r.eol_status, r.hostname,
    r.fqdn, r.ip_addresses, r.mac_addresses, r.serial_number, r.cpu_cores,
    r.memory_gb, r.storage_gb, r.location, r.business_owner, r.technical_owner,
    r.applications, r.confidence, r.rationale,
    coalesce(cardinality(r.overridden) > 0, false) as overridden,
    r.overridden as overridden_fields,
    coalesce(s.sources, '[]') as sources, p.strategy, p."group", p.wave,
    r.product, r.vendor, r.model, r.status, r.description, r.custom,
    r.virtual, r.software, r.tier_confidence, r.environment_confidence,
    r.criticality_confidence, r.os_confidence, r.declared_type, r.declared_type_text,
    r.os_name_text, r.environment_text, r.criticality_text, r.tier_text,
    r.provider_id, p.strategy_reason, p.reason as plan_reason, r.asset_tag, r.scope,
    r.aliases
"""

QUERIES: Mapping[str, str] = {
    "files": f"""
        select f.file as name, f.sha256, f.format,
               coalesce(sum(a.records), 0)::int as records,
               coalesce(sum(a.accepted), 0)::int as accepted,
               coalesce(sum(a.rejected), 0)::int as rejected,
               coalesce(sum(a.ignored), 0)::int as ignored,
               f.error, f.encoding, f.delimiter, f.sheets, f.notes, f.size
        from discovery.source_file f
        left join discovery.table_account a using (engagement, session, file)
        where {_IN_SESSION}
        group by f.engagement, f.session, f.seq order by f.seq
    """,
    "mapping": f"""
        select file, sheet, "column", field, unit, transform, confidence, method, status,
               evidence, conflict
        from discovery.field_mapping where {_IN_SESSION} order by seq
    """,
    "proposals": f"""
        with proposal as (
            select 1 as part, * from discovery.mapping_proposal where {_IN_SESSION}
            union all select 2, * from discovery.type_proposal where {_IN_SESSION}
        )
        select asset_id, name, file, sheet, "column", field, rules, value, confidence, rationale,
               status, reason, model, prompt, response
        from proposal order by part, seq
    """,
    "issues": f"""
        select file, sheet, line, field, "column", code, message, value, severity
        from discovery.record_issue where {_IN_SESSION} order by seq
    """,
    "rejects": f"""
        with reason as (
            select "table", line,
                   jsonb_agg(jsonb_build_object('field', field, 'code', code,
                                                'message', message, 'value', value)
                             order by seq) as reasons
            from discovery.record_issue where {_IN_SESSION} and severity = 'error'
            group by "table", line
        )
        select file, sheet, line, coalesce(reasons, '[]') as reasons,
               columns as raw_columns, cells as raw_cells
        from discovery.rejected_record left join reason using ("table", line)
        where {_IN_SESSION} order by seq
    """,
    "assets": f"""
        with source as (
            select asset_id, jsonb_agg(jsonb_build_object('file', file, 'sheet', sheet,
                                                          'line', line) order by seq) as sources
            from discovery.asset_member where {_IN_SESSION} group by asset_id
        ), plan as (
            select asset_id, strategy, strategy_reason, "group", wave, reason
            from discovery.plan_placement where {_IN_SESSION}
        )
        select {ASSET_DOCUMENT}
        from discovery.asset r
        left join source s using (asset_id) left join plan p using (asset_id)
        where {_IN_SESSION} order by r.seq
    """,
    "dependencies": f"""
        select source, target, source_id, target_id, relation, port, protocol, evidence,
               confidence, status, resolved, service, infrastructure, conflict,
               source_why, source_candidates, target_why, target_candidates
        from discovery.dependency where {_IN_SESSION} order by seq
    """,
    "groups": f"""
        select "group", assets, reason, cycle, wave
        from discovery.plan_group where {_IN_SESSION} order by seq
    """,
    "waves": f"""
        select wave, groups, assets, reason
        from discovery.plan_wave where {_IN_SESSION} order by seq
    """,
    "endpoints": f"""
        select subnet, kind, side, port, protocol, service, assets, count, number, endpoints,
               first_seen, last_seen, candidates
        from discovery.endpoint where {_IN_SESSION} order by seq
    """,
    "cycles": f"""
        select cycle, assets, asset_ids, edges, cuts, cut_edges
        from discovery.graph_cycle where {_IN_SESSION} order by seq
    """,
    "coverage": f"""
        select a.asset_id as id, a.name, a.type, a.environment, p.wave, c.evidence, c.declared,
               c.observed, c.inferred, c.first_seen, c.last_seen
        from discovery.plan_coverage c
        join discovery.asset a using (engagement, session, asset_id)
        left join discovery.plan_placement p using (engagement, session, asset_id)
        where {_IN_SESSION} order by c.evidence, c.seq
    """,
    "conflicts": f"""
        select "constraint", kind, sentence, message
        from discovery.plan_conflict where {_IN_SESSION} order by seq
    """,
    "changes": f"""
        select change, asset_id, name, field, before, after, what, relation, target_id, target,
               port, protocol, since
        from discovery.session_change where {_IN_SESSION} order by seq
    """,
    "nodes": f"""
        select a.asset_id as id, a.name, a.type, n.component, n.strong_component, n.in_cycle,
               n.fan_in, n.fan_out, n.depth, n.blast_radius, n.hub, n.single_point,
               n.single_point_reason, n.service, n.service_reason
        from discovery.graph_node n join discovery.asset a using (engagement, session, asset_id)
        where {_IN_SESSION} order by a.seq
    """,
    "publications": f"""
        select step, publication, run_id, code_version, inputs, counts, at
        from discovery.publication where {_IN_SESSION} order by step
    """,
}


def rows(database: Database, session: SessionKey, table: str) -> Rows:
    """Return all rows of one of the `QUERIES` for a session.

    Raises:
        KeyError: when there is no such table.
    """
    with database.reader([session.engagement]) as connection:
        # A table that was just filled has no statistics yet, and the planner, expecting one row,
        # joins row by row: 30,000 assets took minutes that way and a second with hash joins.
        connection.execute("set local enable_nestloop = off")
        found = connection.execute(
            QUERIES[table],
            {"engagement": str(session.engagement), "session": session.session},
        ).fetchall()
    return [READ_AS[table](row) for row in found] if table in READ_AS else found


def graph(database: Database, session: SessionKey) -> dict[str, Rows]:
    """Return the session's dependency graph: `nodes`, and the resolved `edges` between them."""
    edges = [row for row in rows(database, session, "dependencies") if row["resolved"]]
    return {"nodes": rows(database, session, "nodes"), "edges": edges}


def _with_reasons(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "rationale": sentences(row)}


def _with_raw(row: dict[str, Any]) -> dict[str, Any]:
    columns, cells = row.pop("raw_columns"), row.pop("raw_cells")
    return {**row, "raw": raw_record(columns, cells)}


#: How the rows of a table read that keeps them shorter than people do.
READ_AS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "assets": _with_reasons,
    "rejects": _with_raw,
}
