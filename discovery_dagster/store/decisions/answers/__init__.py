"""Answers of a filled-in decisions workbook, put where each kind of decision is kept.

An answer that cannot be applied hinders no other: it comes back as a problem. Reading the same
workbook again changes nothing, and an answer does not outrank what was decided otherwise since the
workbook was written.
"""

from collections.abc import Sequence
from dataclasses import replace

from discovery_dagster.domain.decision_workbook import Filled
from discovery_dagster.domain.decision_workbook.sheets import (
    ASSETS,
    AUTHOR,
    COLUMNS,
    CONFLICTS,
    ENDPOINTS,
    PAIRS,
    REASON,
    WORDS,
    Answer,
    Problem,
)
from discovery_dagster.domain.decisions.overrides import InvalidOverrideError, read_words
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.answers import (
    about_assets,
    about_columns,
    about_endpoints,
    about_pairs,
    about_words,
)
from discovery_dagster.store.decisions.answers.outcome import Asked, Outcome

__all__ = ["Asked", "Outcome", "apply", "apply_answers"]

_APPLY = {
    WORDS.name: about_words.apply,
    ASSETS.name: about_assets.apply,
    CONFLICTS.name: about_assets.apply,
    COLUMNS.name: about_columns.apply,
    PAIRS.name: about_pairs.apply,
    ENDPOINTS.name: about_endpoints.apply,
}


def apply(
    database: Database,
    session: SessionKey,
    filled: Filled,
    reason: str | None,
    author: str,
    token: str | None = None,
) -> Outcome:
    """Apply the answers of a workbook.

    Args:
        database: the project's.
        session: whose questions the workbook asked.
        filled: the workbook.
        reason: why, for rows that say nothing; None when each row must say it.
        author: who decided, for rows that name nobody.
        token: of who sent the workbook by the browser.

    Raises:
        EngagementArchivedError: when the engagement is archived.
    """
    outcome = Outcome(problems=list(filled.problems))
    signed = list[Answer]()
    for answer in filled.answers:
        read = _signed(answer, reason, author)
        if isinstance(read, Problem):
            outcome.problems.append(read)
        else:
            signed.append(read)
    outcome.add(apply_answers(database, session, signed, Asked(filled.as_of, token=token)))
    sheets = list(_APPLY)
    outcome.problems.sort(key=lambda each: (_rank(each, sheets), each.row or 0))
    return outcome


def apply_answers(
    database: Database, session: SessionKey, answers: Sequence[Answer], asked: Asked
) -> Outcome:
    """Apply answers that have their reasons and authors.

    Raises:
        EngagementArchivedError: when the engagement is archived.
    """
    outcome = Outcome()
    for kind in dict.fromkeys(_APPLY.values()):
        own = [answer for answer in answers if _APPLY[answer.sheet] is kind]
        if own:
            outcome.add(kind(database, session, own, asked))
    return outcome


def _signed(answer: Answer, reason: str | None, author: str) -> Answer | Problem:
    """The answer with its reason and author on one line each, or what is wrong with them."""
    why, who = answer.reason or reason, answer.author or author
    try:
        why = read_words(why, "reason") if why is not None else None
        who = read_words(who, "author")
    except InvalidOverrideError as error:
        column = REASON if error.field == "reason" else AUTHOR
        return Problem(answer.sheet, answer.row, column, error.message)
    return replace(answer, reason=why, author=who)


def _rank(problem: Problem, sheets: list[str]) -> int:
    return sheets.index(problem.sheet) if problem.sheet in sheets else len(sheets)
