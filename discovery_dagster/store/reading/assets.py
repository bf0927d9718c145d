"""The inventory as a list, with its facets, and one asset."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain.classification import sentences
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables import CLASSIFIED_ASSETS, shown
from discovery_dagster.store.database import Database
from discovery_dagster.store.facets import FACETS, by_combination
from discovery_dagster.store.reading import listing
from discovery_dagster.store.reading.listing import (
    NOTHING,
    Count,
    Criteria,
    Listing,
    Row,
    conditions,
)

#: Columns that are filtered by what stands in them; the API says which of them may be asked for.
_TEXTS = [
    name
    for name, column in shown.ASSETS.columns.items()
    if name in CLASSIFIED_ASSETS and column.type == pl.String() and not column.json
]

_PLACED = (
    "(select {column}::text from discovery.plan_placement p where p.engagement = r.engagement"
    " and p.session = r.session and p.asset_id = r.asset_id limit 1)"
)


def _with_reasons(row: Row) -> Row:
    return {**row, "rationale": sentences(row)}


#: The asset `r`, its sources `s` and its place in the plan `p`.
ASSETS = Listing(
    shown=shown.ASSETS,
    table="discovery.asset",
    columns={
        "id": "r.asset_id",
        "overridden": "coalesce(cardinality(r.overridden) > 0, false)",
        "overridden_fields": "r.overridden",
        "sources": "coalesce(s.sources, '[]')",
        **{name: f'p."{name}"' for name in ("group", "wave", "strategy", "strategy_reason")},
        "plan_reason": "p.reason",
    },
    read_as=_with_reasons,
    key="r.asset_id",
    order="r.seq",
    joins="""
        left join lateral (
            select jsonb_agg(jsonb_build_object('file', m.file, 'sheet', m.sheet, 'line', m.line)
                             order by m.seq) as sources
            from discovery.asset_member m
            where m.engagement = r.engagement and m.session = r.session
              and m.asset_id = r.asset_id
        ) s on true
        left join discovery.plan_placement p
          on p.engagement = r.engagement and p.session = r.session and p.asset_id = r.asset_id
    """,
    filters={
        **{name: f"r.{name}" for name in _TEXTS},
        "id": "r.asset_id",
        "cpu_cores": "r.cpu_cores::text",
        "virtual": "r.virtual::text",
        "overridden": "coalesce(cardinality(r.overridden) > 0, false)::text",
        "strategy": _PLACED.format(column="p.strategy"),
        "group": _PLACED.format(column='p."group"'),
        "wave": _PLACED.format(column="p.wave"),
    },
    limits={
        "ip_address": "%(value)s = any (r.ip_addresses)",
        "mac_address": "%(value)s = any (r.mac_addresses)",
        "application": "%(value)s = any (r.applications)",
        "alias": "%(value)s = any (r.aliases)",
        "software": "r.software @> jsonb_build_array(jsonb_build_object('name', %(value)s::text))",
        "file": "exists (select from discovery.asset_member m where m.engagement = r.engagement"
        " and m.session = r.session and m.asset_id = r.asset_id and m.file = %(value)s)",
        "min_confidence": "r.confidence >= %(value)s",
        "max_confidence": "r.confidence <= %(value)s",
        "min_memory_gb": "r.memory_gb >= %(value)s",
        "max_memory_gb": "r.memory_gb <= %(value)s",
        "min_storage_gb": "r.storage_gb >= %(value)s",
        "max_storage_gb": "r.storage_gb <= %(value)s",
    },
    search=(
        "r.name", "r.hostname", "r.fqdn", "array_to_string(r.ip_addresses, ' ')",
        "array_to_string(r.applications, ' ')", "array_to_string(r.aliases, ' ')", "r.os_name",
        "r.product", "r.serial_number", "r.description",
    ),
    sorts={
        "name": "left(coalesce(r.name, ''), 200)",
        "type": "r.type",
        "environment": "coalesce(r.environment, '')",
        "criticality": "coalesce(r.criticality, '')",
        "os_name": "coalesce(r.os_name, '')",
        "eol_date": "coalesce(r.eol_date, '9999-12-31')",
        "confidence": "coalesce(r.confidence, 0)",
        "cpu_cores": "coalesce(r.cpu_cores, -1)",
        "memory_gb": "coalesce(r.memory_gb, -1)",
        "storage_gb": "coalesce(r.storage_gb, -1)",
    },
)  # fmt: skip


def asset(database: Database, session: SessionKey, asset_id: str) -> Row | None:
    """Return the asset of this id."""
    with database.reader([session.engagement]) as connection:
        row = connection.execute(
            f"select {ASSETS.document} from {ASSETS.table} r {ASSETS.joins}"
            " where r.engagement = %(engagement)s and r.session = %(session)s"
            " and r.asset_id = %(asset)s limit 1",
            {
                "engagement": str(session.engagement),
                "session": session.session,
                "asset": asset_id,
            },
        ).fetchone()
    return ASSETS.read([row])[0] if row else None


@dataclass(frozen=True)
class Facets:
    """Counts by field and value; see `listing.Count` for what `complete` says."""

    counts: Mapping[str, Mapping[str, int]]
    complete: bool


def facets(database: Database, session: SessionKey, criteria: Criteria) -> Facets:
    """Count the values of each of `FACETS` among the assets that match.

    A facet's own filter does not narrow its counts: they say what choosing another value would
    give. Rows without a value are counted as `none`. What is filtered by facets alone was counted
    when it was published; for anything else the first `listing.LOOKED_AT` assets are looked at.
    """
    combinations = _combinations(database, session, criteria)
    return Facets(
        {name: _counted(combinations, criteria, name) for name in FACETS},
        complete=_by_facets_alone(criteria) or _size(database, session) <= listing.LOOKED_AT,
    )


def count(database: Database, session: SessionKey, criteria: Criteria) -> Count:
    """Return how many assets match; counted like `facets`."""
    if not _by_facets_alone(criteria):
        return listing.count(database, session, ASSETS, criteria)
    combinations = _combinations(database, session, criteria)
    return Count(sum(row["assets"] for row in _matching(combinations, criteria)))


def _size(database: Database, session: SessionKey) -> int:
    return count(database, session, Criteria()).number


def _by_facets_alone(criteria: Criteria) -> bool:
    return not criteria.q and not criteria.limits and criteria.filters.keys() <= set(FACETS)


def _combinations(database: Database, session: SessionKey, criteria: Criteria) -> list[Row]:
    """Count by combination of facets what matches all that is asked for except facets."""
    others = {name: values for name, values in criteria.filters.items() if name not in FACETS}
    where, values = conditions(
        session, ASSETS, Criteria(filters=others, limits=criteria.limits, q=criteria.q)
    )
    query = by_combination(where, listing.looked_at(ASSETS))
    if _by_facets_alone(criteria):
        query = f"select {', '.join(FACETS)}, assets from discovery.asset_facet r where {where}"
    with database.reader([session.engagement]) as connection:
        return connection.execute(query, values).fetchall()


def _matching(combinations: Iterable[Row], criteria: Criteria, but: str = "") -> Iterable[Row]:
    wanted = {
        name: set(values)
        for name, values in criteria.filters.items()
        if name in FACETS and name != but and values
    }
    return (
        row
        for row in combinations
        if all(
            row[name] in values or (row[name] is None and NOTHING in values)
            for name, values in wanted.items()
        )
    )


def _counted(combinations: Iterable[Row], criteria: Criteria, name: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for row in _matching(combinations, criteria, but=name):
        counted[NOTHING if row[name] is None else row[name]] += row["assets"]
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
