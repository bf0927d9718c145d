"""Decisions about single assets, as they are made and read; the log keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from discovery_dagster.domain.decisions.overrides import (
    Override,
    read_field,
    read_value,
    read_words,
)
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.tabular import plain_text
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.log import ASSET, COMMAND, Decision, DecisionRequest

#: Where a decision comes from that accepts a language model's answer.
PROPOSAL: Final = "proposal"

#: What holds now for the fields of assets that may be decided.
_VALUES = """
    select a.*, p.strategy from discovery.asset a
    left join discovery.plan_placement p using (engagement, session, asset_id)
    where a.engagement = %s and a.session = %s and a.asset_id = any (%s)
"""


class NoSuchProposalError(AbsentError):
    """There is no proposal to accept; the message is one sentence."""

    code = "no_such_proposal"


@dataclass(frozen=True)
class OverrideRequest:
    """What somebody wants decided about an asset; texts as they were written."""

    asset_id: str
    name: str
    field: str
    value: str
    reason: str
    author: str
    origin: str = COMMAND


def decide(
    database: Database,
    session: SessionKey,
    requests: Sequence[OverrideRequest],
    before: Mapping[str, Mapping[str, Any]] | None = None,
    seen: int | None = None,
) -> list[Override]:
    """Remember decisions about assets for the engagement of `session`, where they are made.

    Args:
        database: the project's.
        session: where they are made.
        requests: what is to be decided.
        before: what holds now, by asset and field; None for what the session published last.
        seen: see `log.add`.

    Returns:
        Those that were added: what holds already, or was said by the same place of a file before,
        is not said again.

    Raises:
        InvalidOverrideError: when a field, value, reason or author cannot be; nothing is
            remembered then.
        OvertakenError: see `log.add`.
        EngagementArchivedError: when the engagement is archived.
    """
    read = [_read(request) for request in requests]
    values = before
    if values is None:
        values = _values(database, session, {request.asset_id for request in read})
    named = [
        DecisionRequest(
            ASSET,
            request.asset_id,
            request.name,
            request.field,
            request.value,
            _text(values.get(request.asset_id, {}).get(request.field)),
            request.reason,
            request.author,
            request.origin,
        )
        for request in read
    ]
    return [_override(row) for row in log.add(database, session, named, seen)]


@dataclass(frozen=True)
class ProposedType:
    """What a language model proposed that an asset is."""

    asset_id: str
    name: str
    field: str
    value: str
    model: str

    def request(self, author: str, reason: str | None) -> OverrideRequest:
        """Return the request that it is so; without a reason the model's name is the reason."""
        because = reason or f"proposal of {self.model} accepted"
        return OverrideRequest(
            self.asset_id, self.name, self.field, self.value, because, author, PROPOSAL
        )


def proposed_types(database: Database, session: SessionKey) -> dict[str, ProposedType]:
    """Return what a language model proposed for the assets of a session, by their ids."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select asset_id, coalesce(name, asset_id) as name, field, value, model"
            " from discovery.type_proposal"
            " where engagement = %s and session = %s and value is not null",
            [str(session.engagement), session.session],
        ).fetchall()
    return {row["asset_id"]: ProposedType(**row) for row in rows}


def proposed(
    database: Database, session: SessionKey, asset_id: str, author: str, reason: str | None = None
) -> OverrideRequest:
    """Return the request that an asset is of the type that a language model proposed for it.

    Raises:
        NoSuchProposalError: when there is no proposal with a value for this asset.
    """
    proposal = proposed_types(database, session).get(asset_id)
    if proposal is None:
        raise NoSuchProposalError(f"{session} has no proposal for {asset_id}.")
    return proposal.request(author, reason)


def in_force(database: Database, engagement: EngagementKey) -> list[Override]:
    """Return the decisions about assets that hold now, in the order in which they were made."""
    rows = log.current(database, engagement)
    return [_override(row) for row in rows if row.kind == ASSET]


def about_asset(database: Database, engagement: EngagementKey, asset_id: str) -> list[Override]:
    """Return the decisions about one asset that hold now."""
    return [each for each in in_force(database, engagement) if each.asset_id == asset_id]


def sessions_with(database: Database, engagement: EngagementKey, asset_id: str) -> list[SessionKey]:
    """Return the sessions that have an asset, in ordinal order."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            "select session from discovery.asset where engagement = %s and asset_id = %s"
            " group by session order by substr(session, 2)::int",
            [str(engagement), asset_id],
        ).fetchall()
    return [SessionKey.of(engagement, row["session"]) for row in rows]


def _read(request: OverrideRequest) -> OverrideRequest:
    field = read_field(request.field)
    return OverrideRequest(
        request.asset_id,
        request.name,
        field,
        read_value(field, request.value),
        read_words(request.reason, "reason"),
        read_words(request.author, "author"),
        request.origin,
    )


def _values(
    database: Database, session: SessionKey, assets: set[str]
) -> Mapping[str, Mapping[str, Any]]:
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            _VALUES, [str(session.engagement), session.session, sorted(assets)]
        ).fetchall()
    return {row["asset_id"]: row for row in rows}


def _text(value: Any) -> str | None:
    return None if value in (None, []) else plain_text(value)


def _override(row: Decision) -> Override:
    assert row.value is not None  # noqa: S101 - what is in force, or was just added, has one
    return Override(
        row.decision,
        row.session,
        row.subject,
        row.name,
        row.field,
        row.value,
        row.before,
        row.reason,
        row.author,
        row.origin,
        row.at,
    )
