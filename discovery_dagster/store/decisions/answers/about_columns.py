"""Answers about columns, which become decisions about the mapping, for the client."""

from collections.abc import Mapping, Sequence
from typing import Any

from discovery_dagster.domain.decision_workbook.sheets import ACCEPT, ANSWER, REJECT, Answer
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.fields import FIELDS, IGNORED
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import (
    mappings,
)
from discovery_dagster.store.decisions.answers.outcome import Asked, CannotApplyError, Outcome


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], asked: Asked
) -> Outcome:
    """Decide about columns what `answers` say."""
    outcome = Outcome()
    columns = mappings.of_session(database, session)
    known = mappings.in_force(database, session.engagement)
    verdicts = dict[tuple[str, str], tuple[Answer, str, bool]]()
    for answer in answers:
        try:
            rows = _rows(columns, answer)
            field, accepted = _verdict(answer)
            fresh = [row for row in rows if not _holds(known, row, field, accepted=accepted)]
            for row in rows:
                key = (row["format"], fold(row["column"]))
                earlier = verdicts.setdefault(key, (answer, field, accepted))
                if earlier[1:] != (field, accepted):
                    message = f"It contradicts row {earlier[0].row} of this sheet."
                    raise CannotApplyError(ANSWER, message)
        except CannotApplyError as error:
            outcome.problems.append(error.problem(answer))
            continue
        if fresh:
            origin, author = asked.origin(answer), answer.author or ""
            mappings.decide(
                database, session, fresh, field, author, accepted=accepted, origin=origin
            )
            known = mappings.in_force(database, session.engagement)
        outcome.applied += bool(fresh)
        outcome.unchanged += not fresh
    return outcome


def _rows(columns: Sequence[Mapping[str, Any]], answer: Answer) -> list[Mapping[str, Any]]:
    """The columns of the session that an answer is about, one for each format."""
    file, sheet, column = (answer.cells.get(name) for name in ("File", "Sheet", "Column"))
    in_file = [
        row for row in columns if row["file"] == file and (sheet is None or row["sheet"] == sheet)
    ]
    if not in_file:
        where = f"{file} [{sheet}]" if sheet else file
        raise CannotApplyError("File", f"The session has no mapped file {where}.")
    matches = [row for row in in_file if fold(row["column"]) == fold(column or "")]
    if not matches:
        raise CannotApplyError("Column", f"{file} has no column {column!r}.")
    if any(row["format"] is None for row in matches):
        raise CannotApplyError(None, "The session has not run to its end yet: run it first.")
    return list({row["format"]: row for row in matches}.values())


def _verdict(answer: Answer) -> tuple[str, bool]:
    """The field that an answer speaks of, and whether the column is it."""
    word = fold(answer.answer)
    if word in (ACCEPT, REJECT):
        taken_for = answer.cells.get("Taken for")
        if taken_for is None or taken_for not in FIELDS:
            message = f"The column is taken for nothing that one could {word}: name a field."
            raise CannotApplyError(ANSWER, message)
        return taken_for, word == ACCEPT
    fields = {fold(field): field for field in (*FIELDS, IGNORED)}
    if word not in fields:
        raise CannotApplyError(
            ANSWER,
            f'"{answer.answer[:80]}" is no field; allowed are {ACCEPT}, {REJECT}, {IGNORED},'
            f" {', '.join(sorted(FIELDS))}.",
        )
    return fields[word], True


def _holds(
    known: Sequence[MappingDecision], row: Mapping[str, Any], field: str, *, accepted: bool
) -> bool:
    own = [d for d in known if (d.format, d.header) == (row["format"], fold(row["column"]))]
    if accepted:
        last = next((d for d in reversed(own) if d.accepted), None)
        return last is not None and last.field == field
    return any(d.field == field and not d.accepted for d in own)
