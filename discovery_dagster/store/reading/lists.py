"""The lists besides the inventory. Where rows have no key of their own their number is it."""

from discovery_dagster.store.exports import READ_AS
from discovery_dagster.store.reading.listing import Listing

FILES = Listing(
    name="files",
    table="discovery.source_file",
    document="r.file as name, r.sha256, r.format, a.records, a.accepted, a.rejected, a.ignored,"
    " r.error, r.encoding, r.delimiter, r.sheets, r.notes, r.size",
    joins="""
        left join lateral (
            select coalesce(sum(t.records), 0)::int as records,
                   coalesce(sum(t.accepted), 0)::int as accepted,
                   coalesce(sum(t.rejected), 0)::int as rejected,
                   coalesce(sum(t.ignored), 0)::int as ignored
            from discovery.table_account t
            where t.engagement = r.engagement and t.session = r.session and t.file = r.file
        ) a on true
    """,
    filters={"format": "r.format"},
    search=("r.file",),
)

MAPPING = Listing(
    name="mapping",
    table="discovery.field_mapping",
    document='r.file, r.sheet, r."column", r.field, r.unit, r.transform, r.confidence, r.method,'
    " r.status, r.evidence, r.conflict",
    filters={
        "file": "r.file",
        "sheet": "r.sheet",
        "field": "r.field",
        "method": "r.method",
        "status": "r.status",
    },
    search=('r."column"', "r.field"),
)

#: What a model proposed about columns, then about assets; the numbers keep the two apart.
PROPOSALS = Listing(
    name="proposals",
    table="""(
        select p.*, p.seq::bigint as place from discovery.mapping_proposal p
        union all
        select p.*, p.seq::bigint + 1000000000 from discovery.type_proposal p
    )""",
    key="r.place",
    document='r.asset_id, r.name, r.file, r.sheet, r."column", r.field, r.rules, r.value,'
    " r.confidence, r.rationale, r.status, r.reason, r.model, r.prompt, r.response",
    filters={
        "asset_id": "r.asset_id",
        "file": "r.file",
        "field": "r.field",
        "value": "r.value",
        "status": "r.status",
    },
    search=("r.name", 'r."column"', "r.value"),
)

ISSUES = Listing(
    name="issues",
    table="discovery.record_issue",
    document='r.file, r.sheet, r.line, r.field, r."column", r.code, r.message, r.value, r.severity',
    filters={
        "file": "r.file",
        "sheet": "r.sheet",
        "field": "r.field",
        "code": "r.code",
        "severity": "r.severity",
    },
    search=("r.message", "r.value"),
)

REJECTS = Listing(
    name="rejects",
    read_as=READ_AS["rejects"],
    table="discovery.rejected_record",
    document="r.file, r.sheet, r.line, coalesce(i.reasons, '[]') as reasons,"
    " r.columns as raw_columns, r.cells as raw_cells",
    joins="""
        left join lateral (
            select jsonb_agg(jsonb_build_object('field', i.field, 'code', i.code,
                                                'message', i.message, 'value', i.value)
                             order by i.seq) as reasons
            from discovery.record_issue i
            where i.engagement = r.engagement and i.session = r.session
              and i."table" = r."table" and i.line = r.line and i.severity = 'error'
        ) i on true
    """,
    filters={"file": "r.file", "sheet": "r.sheet"},
    search=("array_to_string(r.cells, ' ')",),
)

DEPENDENCIES = Listing(
    name="dependencies",
    table="discovery.dependency",
    document="r.source, r.target, r.source_id, r.target_id, r.relation, r.port, r.protocol,"
    " r.evidence, r.confidence, r.status, r.resolved, r.service, r.infrastructure, r.conflict,"
    " r.source_why, r.source_candidates, r.target_why, r.target_candidates",
    filters={
        "source": "r.source",
        "target": "r.target",
        "source_id": "r.source_id",
        "target_id": "r.target_id",
        "relation": "r.relation",
        "port": "r.port::text",
        "protocol": "r.protocol",
        "service": "r.service",
        "status": "r.status",
        "resolved": "r.resolved::text",
        "infrastructure": "r.infrastructure",
    },
    limits={
        "asset_id": "(r.source_id = %(value)s or r.target_id = %(value)s)",
        "why": "%(value)s in (r.source_why, r.target_why)",
    },
    search=("r.source", "r.target", "r.service"),
)

GROUPS = Listing(
    name="groups",
    table="discovery.plan_group",
    document='r."group", r.assets, r.reason, r.cycle, r.wave',
    filters={"group": 'r."group"', "wave": "r.wave::text", "cycle": "r.cycle::text"},
    search=("array_to_string(r.assets, ' ')", "r.reason"),
)

WAVES = Listing(
    name="waves",
    table="discovery.plan_wave",
    document="r.wave, r.groups, r.assets, r.reason",
    search=("r.reason", "array_to_string(r.groups, ' ')"),
)

ENDPOINTS = Listing(
    name="endpoints",
    table="discovery.endpoint",
    document="r.subnet, r.kind, r.side, r.port, r.protocol, r.service, r.assets, r.count, r.number,"
    " r.endpoints, r.first_seen, r.last_seen, r.candidates",
    filters={
        "subnet": "r.subnet",
        "kind": "r.kind",
        "side": "r.side",
        "port": "r.port::text",
        "protocol": "r.protocol",
        "service": "r.service",
    },
    search=("r.subnet", "r.service", "array_to_string(r.endpoints, ' ')"),
)

CYCLES = Listing(
    name="cycles",
    table="discovery.graph_cycle",
    document="r.cycle, r.assets, r.asset_ids, r.edges, r.cuts, r.cut_edges",
    limits={"asset_id": "%(value)s = any (r.asset_ids)"},
    search=("array_to_string(r.assets, ' ')",),
)

#: Assets without any evidence come first.
COVERAGE = Listing(
    name="coverage",
    table="""(
        select c.*, a.name, a.type, a.environment, p.wave
        from discovery.plan_coverage c
        join discovery.asset a using (engagement, session, asset_id)
        left join discovery.plan_placement p using (engagement, session, asset_id)
    )""",
    key="(r.evidence::int * 1000000000::bigint + r.seq)",
    document="r.asset_id as id, r.name, r.type, r.environment, r.wave, r.evidence, r.declared,"
    " r.observed, r.inferred, r.first_seen, r.last_seen",
    filters={
        "id": "r.asset_id",
        "type": "r.type",
        "environment": "r.environment",
        "wave": "r.wave::text",
        "evidence": "r.evidence::text",
    },
    search=("r.name",),
)

CONFLICTS = Listing(
    name="conflicts",
    table="discovery.plan_conflict",
    document='r."constraint", r.kind, r.sentence, r.message',
    filters={"constraint": 'r."constraint"::text', "kind": "r.kind"},
    search=("r.sentence", "r.message"),
)

CHANGES = Listing(
    name="changes",
    table="discovery.session_change",
    document="r.change, r.asset_id, r.name, r.field, r.before, r.after, r.what, r.relation,"
    " r.target_id, r.target, r.port, r.protocol, r.since",
    filters={
        "change": "r.change",
        "what": "r.what",
        "field": "r.field",
        "asset_id": "r.asset_id",
    },
    search=("r.name", "r.target", "r.before", "r.after"),
)
