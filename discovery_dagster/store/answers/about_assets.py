"""Answers about fields of assets, which become overrides."""

from collections.abc import Sequence
from dataclasses import replace

from discovery_dagster.domain.decision_sheets import ACCEPT, ANSWER, Answer
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.overrides import InvalidOverrideError, read_field, read_value
from discovery_dagster.domain.words import fold
from discovery_dagster.store import assets, decision_log, overrides
from discovery_dagster.store.answers.outcome import (
    CannotApplyError,
    Outcome,
    agreed,
    check_not_decided_since,
    origin,
    reason_of,
)
from discovery_dagster.store.assets import AmbiguousAssetError, FoundAsset, NoSuchAssetError
from discovery_dagster.store.database import Database
from discovery_dagster.store.decision_log import ASSET
from discovery_dagster.store.overrides import NoSuchProposalError, OverrideWish


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], as_of: int
) -> Outcome:
    """Decide about assets what `answers` say; `as_of` is the last decision before the workbook."""
    outcome = Outcome()
    log = [
        each for each in decision_log.current(database, session.engagement) if each.kind == ASSET
    ]

    def read(answer: Answer) -> tuple[tuple[str, str], str, OverrideWish]:
        wish = _wish(database, session, answer, as_of)
        check_not_decided_since(log, wish.asset_id, wish.field, wish.value, as_of)
        return (wish.asset_id, wish.field), wish.value, wish

    wishes = agreed(outcome, answers, read)
    added = overrides.decide(database, session, wishes)
    outcome.applied = len(added)
    outcome.standing += len(wishes) - len(added)
    return outcome


def find(database: Database, session: SessionKey, column: str, named: str) -> FoundAsset:
    """Return the asset of the session that a cell names.

    Raises:
        CannotApplyError: when there is none, or several.
    """
    try:
        return assets.find(database, session, named)
    except (NoSuchAssetError, AmbiguousAssetError) as error:
        raise CannotApplyError(column, str(error)) from error


def _wish(database: Database, session: SessionKey, answer: Answer, as_of: int) -> OverrideWish:
    by_id, by_name = answer.cells.get("Id"), answer.cells.get("Asset")
    named = by_id or by_name
    if named is None:
        raise CannotApplyError("Asset", "It names no asset: fill in its name or its id.")
    found = find(database, session, "Id" if by_id else "Asset", named)
    try:
        field = read_field(answer.cells.get("Field") or "")
    except InvalidOverrideError as error:
        raise CannotApplyError("Field", error.message) from error
    if fold(answer.answer) == ACCEPT:
        return _accepted(database, session, answer, found, field, as_of)
    try:
        value = read_value(field, answer.answer)
    except InvalidOverrideError as error:
        raise CannotApplyError(ANSWER, error.message) from error
    return OverrideWish(
        found.asset_id,
        found.name,
        field,
        value,
        reason_of(answer),
        answer.author or "",
        origin(answer, as_of),
    )


def _accepted(
    database: Database,
    session: SessionKey,
    answer: Answer,
    found: FoundAsset,
    field: str,
    as_of: int,
) -> OverrideWish:
    try:
        wish = overrides.proposed(
            database, session, found.asset_id, answer.author or "", answer.reason
        )
    except NoSuchProposalError as error:
        raise CannotApplyError(ANSWER, str(error)) from error
    if wish.field != field:
        raise CannotApplyError(ANSWER, f"Nothing is proposed for {field} of {found.name}.")
    return replace(wish, origin=origin(answer, as_of))
