"""The lists besides the inventory. Where rows have no key of their own their number is it."""

from discovery_dagster.domain.preview import raw_record
from discovery_dagster.domain.tables import shown
from discovery_dagster.store.reading.listing import Listing, Row


def _with_raw(row: Row) -> Row:
    return {**row, "raw": raw_record(*row["raw"])}


FILES = Listing(
    shown=shown.FILES,
    table="discovery.source_file",
    columns={
        "name": "r.file",
        **{name: f"a.{name}" for name in ("records", "accepted", "rejected", "ignored")},
        "tables": "g.tables",
    },
    joins="""
        left join lateral (
            select coalesce(sum(t.records), 0)::int as records,
                   coalesce(sum(t.accepted), 0)::int as accepted,
                   coalesce(sum(t.rejected), 0)::int as rejected,
                   coalesce(sum(t.ignored), 0)::int as ignored
            from discovery.table_account t
            where t.engagement = r.engagement and t.session = r.session and t.file = r.file
        ) a on true
        left join lateral (
            select coalesce(jsonb_agg(jsonb_build_object(
                       'sheet', t.sheet, 'grain', t.grain, 'status', t.status,
                       'confidence', t.confidence, 'name_column', t.name_column,
                       'reason', t.reason) order by t.seq), '[]') as tables
            from discovery.table_grain t
            where t.engagement = r.engagement and t.session = r.session and t.file = r.file
        ) g on true
    """,
    filters={"format": "r.format"},
    search=("r.file",),
)

MAPPING = Listing(
    shown=shown.MAPPING,
    table="discovery.field_mapping",
    filters={
        "file": "r.file",
        "sheet": "r.sheet",
        "field": "r.field",
        "method": "r.method",
        "status": "r.status",
    },
    search=('r."column"', "r.field"),
)

#: What people decided last of a word.
_DECIDED = """(
    select w.meaning from discovery.word_decision w
    where w.client = split_part(r.engagement, '.', 1) and w.field = r.field and w.key = r.key
    order by w.decision desc limit 1
)"""

WORDS = Listing(
    shown=shown.WORDS,
    table="discovery.source_word",
    columns={"decided": _DECIDED},
    filters={
        "file": "r.file",
        "field": "r.field",
        "column": 'r."column"',
        "word": "r.word",
        "meaning": "r.meaning",
        "decided": _DECIDED,
    },
    search=("r.word", 'r."column"'),
)

#: What a model proposed about columns, then about assets; the numbers keep the two apart.
PROPOSALS = Listing(
    shown=shown.PROPOSALS,
    table="""(
        select p.*, p.seq::bigint as place from discovery.mapping_proposal p
        union all
        select p.*, p.seq::bigint + 1000000000 from discovery.type_proposal p
    )""",
    key="r.place",
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
    shown=shown.ISSUES,
    table="discovery.record_issue",
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
    shown=shown.REJECTS,
    read_as=_with_raw,
    table="discovery.rejected_record",
    columns={
        "reasons": "coalesce(i.reasons, '[]')",
        "raw": "jsonb_build_array(r.columns, r.cells)",
    },
    # All at once: nothing finds the issues of one line sooner than those of the session.
    joins="""
        left join (
            select i."table", i.line,
                   jsonb_agg(jsonb_build_object('field', i.field, 'code', i.code,
                                                'message', i.message, 'value', i.value)
                             order by i.seq) as reasons
            from discovery.record_issue i
            where i.engagement = %(engagement)s and i.session = %(session)s
              and i.severity = 'error'
            group by i."table", i.line
        ) i on i."table" = r."table" and i.line = r.line
    """,
    filters={"file": "r.file", "sheet": "r.sheet"},
    search=("array_to_string(r.cells, ' ')",),
)

DEPENDENCIES = Listing(
    shown=shown.DEPENDENCIES,
    table="discovery.dependency",
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
    shown=shown.GROUPS,
    table="discovery.plan_group",
    filters={"group": 'r."group"', "wave": "r.wave::text", "cycle": "r.cycle::text"},
    search=("r.name", "array_to_string(r.assets, ' ')", "r.reason"),
)

WAVES = Listing(
    shown=shown.WAVES,
    table="discovery.plan_wave",
    search=("r.reason", "array_to_string(r.groups, ' ')"),
)

APPLICATIONS = Listing(
    shown=shown.APPLICATIONS,
    table="discovery.application",
    filters={
        "application_id": "r.application_id",
        "criticality": "r.criticality",
        "strategy": "r.strategy",
        "business_owner": "r.business_owner",
        "readiness": "r.readiness",
    },
    limits={"wave": "%(value)s in (select jsonb_array_elements_text(r.waves))"},
    search=("r.name", "array_to_string(r.aliases, ' ')", "r.business_owner"),
)

INTERFACES = Listing(
    shown=shown.INTERFACES,
    table="discovery.interface",
    filters={
        "source_id": "r.source_id",
        "target_id": "r.target_id",
        "status": "r.status",
    },
    search=("r.source", "r.target"),
)

READINESS = Listing(
    shown=shown.READINESS,
    table="""(
        select c.*, a.name, a.type, a.environment, p.wave
        from discovery.asset_readiness c
        join discovery.asset a using (engagement, session, asset_id)
        left join discovery.plan_placement p using (engagement, session, asset_id)
    )""",
    columns={"id": "r.asset_id"},
    key="r.seq",
    filters={
        "id": "r.asset_id",
        "type": "r.type",
        "environment": "r.environment",
        "wave": "r.wave::text",
        "readiness": "r.readiness",
    },
    limits={
        "rule": "r.findings @> jsonb_build_array(jsonb_build_object('rule', %(value)s::text))",
    },
    search=("r.name",),
)

ENDPOINTS = Listing(
    shown=shown.ENDPOINTS,
    table="discovery.endpoint",
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
    shown=shown.CYCLES,
    table="discovery.graph_cycle",
    limits={"asset_id": "%(value)s = any (r.asset_ids)"},
    search=("array_to_string(r.assets, ' ')",),
)

#: Assets without any evidence come first.
COVERAGE = Listing(
    shown=shown.COVERAGE,
    table="""(
        select c.*, a.name, a.type, a.environment, p.wave
        from discovery.plan_coverage c
        join discovery.asset a using (engagement, session, asset_id)
        left join discovery.plan_placement p using (engagement, session, asset_id)
    )""",
    columns={"id": "r.asset_id"},
    key="(r.evidence::int * 1000000000::bigint + r.seq)",
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
    shown=shown.CONFLICTS,
    table="discovery.plan_conflict",
    filters={"constraint": 'r."constraint"::text', "kind": "r.kind"},
    search=("r.sentence", "r.message"),
)

CHANGES = Listing(
    shown=shown.CHANGES,
    table="discovery.session_change",
    filters={
        "change": "r.change",
        "what": "r.what",
        "field": "r.field",
        "asset_id": "r.asset_id",
    },
    search=("r.name", "r.target", "r.before", "r.after"),
)

NODES = Listing(
    shown=shown.NODES,
    table="""(
        select n.*, a.seq as place, a.name, a.type
        from discovery.graph_node n join discovery.asset a using (engagement, session, asset_id)
    )""",
    columns={"id": "r.asset_id"},
    key="r.place",
)

PUBLICATIONS = Listing(shown=shown.PUBLICATIONS, table="discovery.publication", key="r.step")
