"""Answers about pairs of assets: one thing, which becomes a join, or two, which is remembered."""

from collections.abc import Sequence

from discovery_dagster.domain.decision_sheets import ANSWER, DIFFERENT, SAME, Answer
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store import decision_log, identity
from discovery_dagster.store.answers.about_assets import find
from discovery_dagster.store.answers.outcome import (
    CannotApplyError,
    Outcome,
    check_not_decided_since,
    origin,
    reason_of,
)
from discovery_dagster.store.database import Database
from discovery_dagster.store.decision_log import PAIR, Wish
from discovery_dagster.store.identity import CannotJoinError


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], as_of: int
) -> Outcome:
    """Join, or keep apart, what `answers` say; `as_of` is the last decision before the workbook."""
    outcome = Outcome()
    for answer in answers:
        try:
            changed = _apply(database, session, answer, as_of)
        except CannotApplyError as error:
            outcome.problems.append(error.problem(answer))
        else:
            outcome.applied += changed
            outcome.standing += not changed
    return outcome


def _apply(database: Database, session: SessionKey, answer: Answer, as_of: int) -> bool:
    ids = [answer.cells.get("Id") or "", answer.cells.get("Other id") or ""]
    if not all(ids):
        raise CannotApplyError("Id", "It names no two assets: both ids are needed.")
    if fold(answer.answer) not in (SAME, DIFFERENT):
        raise CannotApplyError(
            ANSWER, f'"{answer.answer[:80]}" is no answer here: use {SAME} or {DIFFERENT}.'
        )
    reason, author = reason_of(answer), answer.author or ""
    if fold(answer.answer) == SAME:
        if identity.are_joined(database, session.engagement, ids):
            return False
        columns = ("Id", "Other id")
        pair = [find(database, session, *each) for each in zip(columns, ids, strict=True)]
        try:
            identity.join(database, session, pair, reason, author)
        except CannotJoinError as error:
            raise CannotApplyError(ANSWER, str(error)) from error
        return True
    subject = " ".join(sorted(ids))
    log = decision_log.current(database, session.engagement)
    own = [each for each in log if each.kind == PAIR]
    check_not_decided_since(own, subject, SAME, DIFFERENT, as_of)
    name = f"{answer.cells.get('Asset') or ids[0]} and {answer.cells.get('Other asset') or ids[1]}"
    place = origin(answer, as_of)
    wish = Wish(PAIR, subject, name, SAME, DIFFERENT, None, reason, author, place)
    return bool(decision_log.add(database, session, [wish]))
