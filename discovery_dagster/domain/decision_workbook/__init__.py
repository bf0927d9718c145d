"""Writing the decisions workbook for a person, and reading it when it comes back filled in.

Drop-downs offer what may be answered; a list is long, so it stands in a hidden sheet.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

import polars as pl

from discovery_dagster.domain.decision_workbook.sheets import (
    ANSWER,
    AUTHOR,
    BY_NAME,
    PROBLEM,
    REASON,
    SHEETS,
    Answer,
    Problem,
    Question,
    Sheet,
)
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers.worksheet import Worksheets
from discovery_dagster.domain.words import fold
from discovery_dagster.domain.workbooks.book import Book, Page, Style

_ABOUT: Final = "About"
_CHOICES: Final = "Choices"  # hidden: a column for each list
_TITLE: Final = "Decisions for"  # its cell names the session
_AS_OF: Final = "Decisions made before"  # its cell has the number of the last one
_SPARE: Final = 200  # empty rows below the questions that have drop-downs, too
_HOW: Final = (
    f"Fill in {ANSWER} and {REASON} where you know; leave the rest empty. Then: discovery decisions"
    " import FILE, with the same client, engagement and session."
)
_FILLED_IN: Final = (ANSWER, REASON, AUTHOR)
_WIDTHS: Final[Mapping[str, int]] = {
    "Asset": 28, "Other asset": 28, "Endpoint": 28, "File": 24, "Column": 24, "Why": 60,
    "Word": 24, "Proposed": 40, "Such as": 40, "Files": 28, "In": 20,
    "Values": 40, "Others": 60, "Seen with": 40, ANSWER: 24, REASON: 40, PROBLEM: 60,
}  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """A workbook that came back: whose it is, its answers, and what could not be read.

    `as_of` is the number of the last decision that the engagement had when it was written.
    """

    session: str
    as_of: int
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]


def write(
    out: IO[bytes],
    session: str,
    as_of: int,
    questions: Mapping[str, Sequence[Question]],
    left_out: Mapping[str, int] | None = None,
    how: str = _HOW,
) -> None:
    """Write a workbook with a sheet for each kind of question.

    Args:
        out: takes the bytes.
        session: key of the session, such as `acme.dc-exit|s001`.
        as_of: number of the last decision of its engagement.
        questions: by name of sheet, in the order in which they are to be answered.
        left_out: how many more there are than a sheet has.
        how: what is to be done with it.
    """
    with Book(out) as book:
        _write_about(book.add(_ABOUT), session, as_of, questions, left_out or {}, how)
        pages = {sheet.name: book.add(sheet.name) for sheet in SHEETS}
        lists = _Lists(book)
        for sheet in SHEETS:
            _write_sheet(pages[sheet.name], sheet, questions.get(sheet.name, ()), lists)


def write_refused(
    out: IO[bytes],
    filled: Filled,
    problems: Sequence[Problem],
) -> None:
    """Write the answers that could not be applied, each beside its reason, to be corrected."""
    reasons: dict[tuple[str, int | None], str] = {}
    for problem in problems:
        place = (problem.sheet, problem.row)
        reasons[place] = (
            f"{reasons[place]} {problem.message}" if place in reasons else problem.message
        )
    questions: dict[str, list[Question]] = {}
    for answer in filled.answers:
        why = reasons.get((answer.sheet, answer.row))
        if why:
            cells = {**answer.cells, ANSWER: answer.answer, PROBLEM: why}
            cells |= {REASON: answer.reason, AUTHOR: answer.author}
            questions.setdefault(answer.sheet, []).append(Question(cells))
    write(out, filled.session, filled.as_of, questions)


def read(worksheets: Worksheets, name: str) -> Filled:
    """Read the sheets of a workbook that `write` wrote and a person filled in.

    Raises:
        UnreadableFileError: when it is none of these; the message is a sentence.
    """
    sheets = {sheet.name: sheet.cells for sheet in worksheets}
    about = _read_about(sheets.get(_ABOUT))
    if about is None:
        raise UnreadableFileError(
            "no_decisions_workbook",
            f"{name} is no workbook of `discovery decisions export`: its sheet {_ABOUT!r} does not"
            " say whose decisions they are.",
        )
    answers, problems = list[Answer](), list[Problem]()
    for title, rows in sheets.items():
        if title in (_ABOUT, _CHOICES):
            continue
        if title not in BY_NAME:
            names = ", ".join(BY_NAME)
            message = f"No sheet of this name is read; those that are: {names}."
            problems.append(Problem(title, None, None, message))
            continue
        sheet_answers, wrong = _read_sheet(BY_NAME[title], rows)
        answers += sheet_answers
        problems += wrong
    return Filled(*about, tuple(answers), tuple(problems))


class _Lists:
    """Lists of answers, each written once into a column of a hidden sheet."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._page: Page | None = None
        self._columns: dict[tuple[str, ...], int] = {}

    def cells(self, choices: tuple[str, ...]) -> str:
        """Return the range that has the choices."""
        if self._page is None:
            self._page = self._book.add(_CHOICES)
            self._page.hide()
        if choices not in self._columns:
            column = self._columns[choices] = len(self._columns)
            for row, choice in enumerate(choices):
                self._page.put(row, column, choice, Style.TEXT)
        return self._page.cells(self._columns[choices], len(choices))


def _write_about(
    page: Page,
    session: str,
    as_of: int,
    questions: Mapping[str, Sequence[Question]],
    left_out: Mapping[str, int],
    how: str,
) -> None:
    page.widths(24, 12, 110)
    lines: list[tuple[str, str, str]] = [
        (_TITLE, "", session),
        (_AS_OF, "", str(as_of)),
        ("How", "", how),
    ]
    for each in SHEETS:
        number = len(questions.get(each.name, ()))
        more = f" {left_out[each.name]:,} more are not shown." if left_out.get(each.name) else ""
        lines.append((each.name, str(number), each.what + more))
    for row, cells in enumerate(lines):
        for column, style in enumerate((Style.HEAD, Style.TEXT, Style.PROSE)):
            page.put(row, column, cells[column], style)


def _write_sheet(page: Page, sheet: Sheet, questions: Sequence[Question], lists: _Lists) -> None:
    refused = any(PROBLEM in question.cells for question in questions)
    columns = (*sheet.all_columns, PROBLEM) if refused else sheet.all_columns
    styles = [Style.ANSWER if column in _FILLED_IN else Style.TEXT for column in columns]
    for at, column in enumerate(columns):
        page.column(at, _WIDTHS.get(column, 14), styles[at])
    page.head(columns, frozen_columns=1)
    page.filtered(max(len(questions), 1), len(columns))
    for row, question in enumerate(questions, 1):
        for at, column in enumerate(columns):
            page.put(row, at, question.cells.get(column) or None, styles[at])
    _offer(page, columns.index(ANSWER), questions, lists)


def _offer(page: Page, column: int, questions: Sequence[Question], lists: _Lists) -> None:
    """Give rows drop-downs, those with the same choices below each other in one piece."""
    first = 0
    for at in range(1, len(questions) + 1):
        same = at < len(questions) and questions[at].choices == questions[first].choices
        if same:
            continue
        choices = questions[first].choices
        if choices:
            spare = _SPARE if at == len(questions) else 0
            page.offer(range(first + 1, at + spare + 1), column, lists.cells(choices))
        first = at


def _read_about(rows: pl.DataFrame | None) -> tuple[str, int] | None:
    """The session and the number of the last decision, None when they are not there."""
    entries: dict[str, str] = {}
    for row in rows.iter_rows() if rows is not None else ():
        cells = [str(cell).strip() for cell in row if cell not in (None, "")]
        if len(cells) > 1:
            entries[cells[0]] = cells[-1]
    session, number = entries.get(_TITLE), entries.get(_AS_OF, "")
    if session is None or not re.fullmatch(r"\d{1,9}", number):
        return None
    return session, int(number)


def _read_sheet(sheet: Sheet, rows: pl.DataFrame) -> tuple[list[Answer], list[Problem]]:
    heading = rows.row(0) if rows.height else ()
    known = {fold(column): column for column in (*sheet.all_columns, PROBLEM)}
    places = {known[fold(str(cell))]: at for at, cell in enumerate(heading)
              if cell and fold(str(cell)) in known}  # fmt: skip
    missing = [column for column in (*sheet.needs, ANSWER) if column not in places]
    if missing:
        if rows.height == 0:
            return [], []
        message = f"Its first row does not name {' and '.join(missing)}; nothing of it is read."
        return [], [Problem(sheet.name, None, None, message)]
    answers, problems = list[Answer](), list[Problem]()
    for number, row in enumerate(rows.iter_rows(), 1):
        if number == 1:
            continue
        cells = {column: (str(row[at]).strip() or None) if row[at] is not None else None
                 for column, at in places.items()}  # fmt: skip
        answer, reason = cells.pop(ANSWER, None), cells.pop(REASON, None)
        author = cells.pop(AUTHOR, None)
        cells.pop(PROBLEM, None)
        if answer is not None:
            answers.append(Answer(sheet.name, number, cells, answer, reason, author))
        elif reason is not None:
            message = "There is a reason but no answer."
            problems.append(Problem(sheet.name, number, ANSWER, message))
    return answers, problems
