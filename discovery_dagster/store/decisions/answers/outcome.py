"""What became of the answers of a workbook."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from discovery_dagster.domain.decision_workbook.sheets import ANSWER, REASON, Answer, Problem
from discovery_dagster.store.decisions.log import Decision

_Request = TypeVar("_Request")


@dataclass(frozen=True)
class Asked:
    """When questions were asked, and where.

    `as_of` is the number of the last decision before. `page` begins the origin of answers that a
    page's form sent; None for those of a workbook.
    """

    as_of: int
    page: str | None = None
    token: str | None = None  # of who sent a workbook by the browser

    def origin(self, answer: Answer) -> str:
        """Where an answer stands: the workbook with its sheet and row, or the form with its row."""
        if self.page is not None:
            return f"{self.page}, row {answer.row}"
        sent = f"token {self.token}, " if self.token else ""
        return f"{self._workbook}{sent}sheet {answer.sheet}, row {answer.row}"

    def is_own(self, origin: str) -> bool:
        """Whether an origin is of the same workbook, which does not contradict itself."""
        return self.page is None and origin.startswith(self._workbook)

    @property
    def _workbook(self) -> str:
        return f"workbook as of {self.as_of}, "


class CannotApplyError(ValueError):
    """Why an answer cannot be applied, and the column that is wrong."""

    def __init__(self, column: str | None, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message

    def problem(self, answer: Answer) -> Problem:
        """The problem of `answer`."""
        return Problem(answer.sheet, answer.row, self.column, self.message)


@dataclass
class Outcome:
    """How many answers were applied, how many held already, and which could not be."""

    applied: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count another kind's answers, too."""
        self.applied += other.applied
        self.unchanged += other.unchanged
        self.problems += other.problems


def consistent_requests(
    outcome: Outcome,
    answers: Sequence[Answer],
    read: Callable[[Answer], tuple[Hashable, str, _Request]],
) -> list[_Request]:
    """Return the requests of `answers`, one for each thing that is asked about.

    Args:
        outcome: to which answers are added that cannot be read, contradict an earlier one or
            repeat one.
        answers: of one kind.
        read: returns what an answer is about, what it says of it, and the request to decide so;
            raises `CannotApplyError` where it cannot.
    """
    accepted = dict[Hashable, tuple[Answer, str, _Request]]()
    for answer in answers:
        try:
            about, value, request = read(answer)
            first, other, _ = accepted.setdefault(about, (answer, value, request))
            if other != value:
                where = f"row {first.row} of {first.sheet}"
                raise CannotApplyError(ANSWER, f"It contradicts {where}.")
        except CannotApplyError as error:
            outcome.problems.append(error.problem(answer))
        else:
            outcome.unchanged += first is not answer
    return [request for _, _, request in accepted.values()]


def reason_of(answer: Answer) -> str:
    """The reason of an answer.

    Raises:
        CannotApplyError: when it has none.
    """
    if answer.reason is None:
        message = "There is no reason: fill it in, or give one for all rows with --reason."
        raise CannotApplyError(REASON, message)
    return answer.reason


def in_force(log: Iterable[Decision], kind: str) -> dict[tuple[str, str], Decision]:
    """Return the decisions of one kind, by what they are about and which field of it."""
    return {(each.subject, each.field): each for each in log if each.kind == kind}


def check_not_decided_since(
    log: Mapping[tuple[str, str], Decision], subject: str, field_: str, value: str, asked: Asked
) -> None:
    """Refuse an answer about what was decided otherwise after the question was asked.

    Args:
        log: decisions in force of the answer's kind, as `in_force` gives them.
        subject: what the answer is about.
        field_: which field of it.
        value: the answer.
        asked: when and where.

    Raises:
        CannotApplyError: when it was.
    """
    each = log.get((subject, field_))
    if each is None or each.value == value or each.decision <= asked.as_of:
        return
    if not asked.is_own(each.origin):
        since = (
            "this workbook was written: export it anew to decide otherwise."
            if asked.page is None
            else "this was shown to you: look at it, and decide again."
        )
        raise CannotApplyError(
            None, f"{each.author} decided {each.value} on {each.at:%Y-%m-%d}, after {since}"
        )
