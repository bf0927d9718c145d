"""Digests of what people decided about sessions, by kind: what steps were made from."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.decisions import mapping as of_columns
from discovery_dagster.domain.decisions import taught_formats as of_formats
from discovery_dagster.domain.decisions.constraints import digests as plan_digests
from discovery_dagster.domain.decisions.endpoints import digest as endpoint_digest
from discovery_dagster.domain.decisions.grains import GrainDecision
from discovery_dagster.domain.decisions.grains import concerning as concerning_tables
from discovery_dagster.domain.decisions.grains import digest as grain_digest
from discovery_dagster.domain.decisions.identity import digest as identity_digest
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.decisions.overrides import Override, concerning, digest
from discovery_dagster.domain.dictionary import WordDecision
from discovery_dagster.domain.dictionary import decisions as of_words
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import (
    constraints,
    dictionary,
    endpoints,
    grains,
    identity,
    mappings,
    overrides,
    taught_formats,
)
from discovery_dagster.store.sessions import WANTED, by_session, wanted

if TYPE_CHECKING:
    from discovery_dagster.domain.teaching import TaughtFormat

_WITH_DECISIONS = """
    select asked.key
    from (select key, split_part(key, '.', 1) as owner from unnest(%s::text[]) as key) as asked
    where exists (select from discovery.decision where engagement = asked.key)
       or exists (select from discovery.plan_constraint where engagement = asked.key)
       or exists (select from discovery.identity_decision where engagement = asked.key)
       or exists (select from discovery.mapping_decision where client = asked.owner)
       or exists (select from discovery.grain_decision where client = asked.owner)
       or exists (select from discovery.format_decision where client = asked.owner)
       or exists (select from discovery.word_decision where client = asked.owner)
"""
_NAMED = f"""
    select engagement, session, "column"
    from {WANTED} join discovery.field_mapping using (engagement, session)
"""
_DECIDED_ASSETS = f"""
    select engagement, session, asset_id
    from {WANTED} join discovery.asset using (engagement, session)
    where asset_id = any (%(ids)s)
"""


def digests(database: Database, session: SessionKey) -> dict[str, str]:
    """Return a digest of what people decided about the session, by kind; none for none."""
    return digests_by_session(database, [session])[session]


def digests_by_session(
    database: Database, keys: Sequence[SessionKey]
) -> dict[SessionKey, dict[str, str]]:
    """Return what `digests` does for each session, by some queries for each engagement.

    Where nothing was decided, which is most engagements, it is one query for all of them.
    """
    decided = with_decisions(database, {key.engagement for key in keys})
    digests: dict[SessionKey, dict[str, str]] = {key: {} for key in keys}
    for engagement in decided:
        own = [key for key in keys if key.engagement == engagement]
        known, about = (
            mappings.in_force(database, engagement),
            overrides.in_force(database, engagement),
        )
        of_tables = grains.current(database, engagement)
        taught = taught_formats.current(database, engagement)
        about_words = dictionary.current(database, engagement)
        with database.reader([engagement]) as connection:
            names = _named(connection, own) if known else {}
            headers = grains.headers(connection, own) if of_tables or taught else {}
            ids = _deciding(connection, own, about) if about else {}
            words = dictionary.held(connection, own, about_words) if about_words else {}
        of_all = of_engagement(database, engagement)
        for key in own:
            mapping = _mapping_digest(known, names.get(key, ()))
            grain = _grain_digest(of_tables, headers.get(key, ()))
            grain |= _format_digest(taught, headers.get(key, ()))
            grain |= _word_digest(about_words, words.get(key, ()))
            digests[key] = mapping | grain | _asset_digests(about, ids.get(key, ())) | of_all
    return digests


def digests_of(
    database: Database,
    engagement: EngagementKey,
    headers: Collection[Sequence[str]] = (),
    assets: Collection[str] = (),
    words: Collection[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return what `digests` will say of a session with tables of these headers and these assets.

    Its `words` are fields of the dictionary and keys of words. Of kinds about which nothing is
    given, nothing is said.
    """
    columns = {column for header in headers for column in header}
    about = mappings.in_force(database, engagement) if columns else []
    of_tables = grains.current(database, engagement) if headers else []
    decided = overrides.in_force(database, engagement) if assets else []
    own = _mapping_digest(about, columns) | _asset_digests(decided, assets)
    own |= _grain_digest(of_tables, headers)
    taught = taught_formats.current(database, engagement) if headers else []
    own |= _format_digest(taught, headers)
    about_words = dictionary.current(database, engagement) if words else []
    own |= _word_digest(about_words, words)
    return own | of_engagement(database, engagement)


def of_engagement(database: Database, engagement: EngagementKey) -> dict[str, str]:
    """Return a digest of what holds for all of the engagement, by kind; none for none."""
    set_for_plan = plan_digests(constraints.current(database, engagement))
    of_endpoints = endpoint_digest(endpoints.in_force(database, engagement))
    return set_for_plan | of_endpoints | identity_digest(identity.current(database, engagement))


def _mapping_digest(known: Sequence[MappingDecision], names: Collection[str]) -> dict[str, str]:
    mapping = of_columns.digest(of_columns.concerning(known, names))
    return {"mapping": mapping} if mapping else {}


def _grain_digest(
    known: Sequence[GrainDecision], headers: Collection[Sequence[str]]
) -> dict[str, str]:
    grains = grain_digest(concerning_tables(known, headers))
    return {"grains": grains} if grains else {}


def _format_digest(
    taught: "Sequence[TaughtFormat]", headers: Collection[Sequence[str]]
) -> dict[str, str]:
    if not taught:
        return {}
    # With what reads files, which commands that only look at sessions do without: few clients
    # teach a format.
    from discovery_dagster.domain.teaching.deciding import concerning

    digest_of_formats = of_formats.digest([each.decision for each in concerning(taught, headers)])
    return {"formats": digest_of_formats} if digest_of_formats else {}


def _word_digest(
    decided: Sequence[WordDecision], words: Collection[tuple[str, str]]
) -> dict[str, str]:
    digest_of_words = of_words.digest(of_words.concerning(decided, words))
    return {"dictionary": digest_of_words} if digest_of_words else {}


def _asset_digests(known: Sequence[Override], assets: Collection[str]) -> dict[str, str]:
    digests = {
        "assets": digest(concerning(known, assets, planned=False)),
        "strategies": digest(concerning(known, assets, planned=True)),
    }
    return {kind: value for kind, value in digests.items() if value}


def with_decisions(
    database: Database, engagements: Collection[EngagementKey]
) -> list[EngagementKey]:
    """Return those engagements about which anything was ever decided."""
    keys = sorted(str(engagement) for engagement in engagements)
    with database.reader(engagements) as connection:
        rows = connection.execute(_WITH_DECISIONS, [keys]).fetchall()
    return [EngagementKey.parse(row["key"]) for row in rows]


def _named(
    connection: psycopg.Connection[DictRow], keys: Sequence[SessionKey]
) -> dict[SessionKey, set[str]]:
    """The names of the columns of each session."""
    rows = by_session(keys, connection.execute(_NAMED, wanted(keys)).fetchall())
    return {key: {row["column"] for row in columns} for key, columns in rows.items()}


def _deciding(
    connection: psycopg.Connection[DictRow], keys: Sequence[SessionKey], about: Sequence[Override]
) -> dict[SessionKey, set[str]]:
    """Those of the assets that something was decided about which each session has."""
    values = {**wanted(keys), "ids": [each.asset_id for each in about]}
    rows = by_session(keys, connection.execute(_DECIDED_ASSETS, values).fetchall())
    return {key: {row["asset_id"] for row in assets} for key, assets in rows.items()}
