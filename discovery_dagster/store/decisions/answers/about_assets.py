"""Answers about fields of assets, which become overrides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from discovery_dagster.domain.decision_workbook.sheets import ACCEPT, ANSWER, Answer
from discovery_dagster.domain.decisions.overrides import (
    InvalidOverrideError,
    read_field,
    read_value,
)
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store.assets import (
    AmbiguousAssetError,
    Finder,
    FoundAsset,
    NoSuchAssetError,
)
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log, overrides
from discovery_dagster.store.decisions.answers.outcome import (
    Asked,
    CannotApplyError,
    Outcome,
    check_not_decided_since,
    consistent_requests,
    in_force,
    reason_of,
)
from discovery_dagster.store.decisions.log import ASSET
from discovery_dagster.store.decisions.overrides import OverrideRequest


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], asked: Asked
) -> Outcome:
    """Decide about assets what `answers` say; `asked` is when and where they were asked."""
    outcome = Outcome()
    decided = in_force(log.current(database, session.engagement), ASSET)
    named = [text for answer in answers if (text := answer.cells.get("Id") or _name(answer))]
    proposed = overrides.proposed_types(database, session)
    reader = _Reader(session, asked, Finder(database, session, named), proposed)

    def read(answer: Answer) -> tuple[tuple[str, str], str, OverrideRequest]:
        request = reader.request(answer)
        check_not_decided_since(decided, request.asset_id, request.field, request.value, asked)
        return (request.asset_id, request.field), request.value, request

    requests = consistent_requests(outcome, answers, read)
    added = overrides.decide(database, session, requests)
    outcome.applied = len(added)
    outcome.unchanged += len(requests) - len(added)
    return outcome


def find(finder: Finder, column: str, named: str) -> FoundAsset:
    """Return the asset of the session that a cell names.

    Raises:
        CannotApplyError: when there is none, or several.
    """
    try:
        return finder.find(named)
    except (NoSuchAssetError, AmbiguousAssetError) as error:
        raise CannotApplyError(column, str(error)) from error


@dataclass(frozen=True)
class _Reader:
    """Reads single answers; what they are about was looked up for all of them at once."""

    session: SessionKey
    asked: Asked
    assets: Finder
    proposed: Mapping[str, overrides.ProposedType]

    def request(self, answer: Answer) -> OverrideRequest:
        by_id = answer.cells.get("Id")
        named = by_id or _name(answer)
        if named is None:
            raise CannotApplyError("Asset", "It names no asset: fill in its name or its id.")
        asset = find(self.assets, "Id" if by_id else "Asset", named)
        try:
            field = read_field(answer.cells.get("Field") or "")
        except InvalidOverrideError as error:
            raise CannotApplyError("Field", error.message) from error
        if fold(answer.answer) == ACCEPT:
            return self._accepted(answer, asset, field)
        try:
            value = read_value(field, answer.answer)
        except InvalidOverrideError as error:
            raise CannotApplyError(ANSWER, error.message) from error
        return OverrideRequest(
            asset.asset_id,
            asset.name,
            field,
            value,
            reason_of(answer),
            answer.author or "",
            self.asked.origin(answer),
        )

    def _accepted(self, answer: Answer, asset: FoundAsset, field: str) -> OverrideRequest:
        proposal = self.proposed.get(asset.asset_id)
        if proposal is None:
            message = f"{self.session} has no proposal for {asset.asset_id}."
            raise CannotApplyError(ANSWER, message)
        if proposal.field != field:
            raise CannotApplyError(ANSWER, f"Nothing is proposed for {field} of {asset.name}.")
        request = proposal.request(answer.author or "", answer.reason)
        return replace(request, origin=self.asked.origin(answer))


def _name(answer: Answer) -> str | None:
    return answer.cells.get("Asset")
