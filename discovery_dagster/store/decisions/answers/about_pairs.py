"""Answers about pairs of assets: one thing, which becomes a join, or two, which is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discovery_dagster.domain.decision_workbook.sheets import ANSWER, DIFFERENT, SAME, Answer
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store.assets import Finder, FoundAsset
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import joining, log
from discovery_dagster.store.decisions.answers.about_assets import find
from discovery_dagster.store.decisions.answers.outcome import (
    Asked,
    CannotApplyError,
    Outcome,
    check_not_decided_since,
    in_force,
    reason_of,
)
from discovery_dagster.store.decisions.joining import CannotJoinError
from discovery_dagster.store.decisions.log import PAIR, Decision, DecisionRequest


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], asked: Asked
) -> Outcome:
    """Join, or keep apart, what `answers` say; `asked` is when and where they were asked."""
    outcome = Outcome()
    decided = in_force(log.current(database, session.engagement), PAIR)
    named = [text for answer in answers for text in _ids(answer) if text]
    assets = Finder(database, session, named)
    joiner = _Joiner(database, session, assets, asked)
    apart = list[DecisionRequest]()
    for answer in answers:
        try:
            ids = _ids(answer)
            if not all(ids):
                raise CannotApplyError("Id", "It names no two assets: both ids are needed.")
            if fold(answer.answer) == SAME:
                changed = joiner.join(answer, ids)
                outcome.applied += changed
                outcome.unchanged += not changed
            else:
                apart.append(_apart(decided, assets, answer, ids, asked))
        except CannotApplyError as error:
            outcome.problems.append(error.problem(answer))
    added = log.add(database, session, apart)
    outcome.applied += len(added)
    outcome.unchanged += len(apart) - len(added)
    return outcome


@dataclass(frozen=True)
class _Joiner:
    """Joins assets, each pair by itself: a join changes what the next one is known by."""

    database: Database
    session: SessionKey
    assets: Finder
    asked: Asked

    def join(self, answer: Answer, ids: Sequence[str]) -> bool:
        """Join two assets; False when a decision says so already."""
        reason = reason_of(answer)
        engagement, place = self.session.engagement, self.asked.origin(answer)
        if joining.are_joined(self.database, engagement, ids) or joining.were_joined_by(
            self.database, engagement, place
        ):
            return False
        pair = _pair(self.assets, ids)
        try:
            joining.join(self.database, self.session, pair, reason, answer.author or "", place)
        except CannotJoinError as error:
            raise CannotApplyError(ANSWER, str(error)) from error
        return True


def _ids(answer: Answer) -> list[str]:
    return [answer.cells.get("Id") or "", answer.cells.get("Other id") or ""]


def _pair(assets: Finder, ids: Sequence[str]) -> list[FoundAsset]:
    return [find(assets, *each) for each in zip(("Id", "Other id"), ids, strict=True)]


def _apart(
    decided: Mapping[tuple[str, str], Decision],
    assets: Finder,
    answer: Answer,
    ids: Sequence[str],
    asked: Asked,
) -> DecisionRequest:
    """The request that two assets are not one."""
    if fold(answer.answer) != DIFFERENT:
        raise CannotApplyError(
            ANSWER, f'"{answer.answer[:80]}" is no answer here: use {SAME} or {DIFFERENT}.'
        )
    pair = _pair(assets, ids)
    subject = " ".join(sorted(one.asset_id for one in pair))
    reason = reason_of(answer)
    check_not_decided_since(decided, subject, SAME, DIFFERENT, asked)
    name = " and ".join(one.name for one in pair)
    place = asked.origin(answer)
    return DecisionRequest(
        PAIR, subject, name, SAME, DIFFERENT, None, reason, answer.author or "", place
    )
