"""Lines of a table of decisions: read by themselves, then checked against the session.

A line names an asset as `discovery override set` does. It speaks once: read again with a later
session it adds nothing, and does not outrank what a person decided since.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol

from discovery_dagster.domain.decisions.overrides import (
    InvalidOverrideError,
    read_field,
    read_value,
    read_words,
)
from discovery_dagster.domain.errors import InvalidRequestError

ASSET: Final = "asset"
FIELD: Final = "field"
VALUE: Final = "value"
REASON: Final = "reason"
AUTHOR: Final = "author"
COLUMNS: Final = (ASSET, FIELD, VALUE, REASON, AUTHOR)

#: How the origin of a decision begins that a line of a file made.
_FILE: Final = "file "


@dataclass(frozen=True)
class Line:
    """A line that is right by itself, and where it stands; `row` is its record in its table."""

    table: int
    row: int
    file: str
    sheet: str | None
    line: int
    asset: str
    field: str
    value: str
    reason: str
    author: str

    @property
    def origin(self) -> str:
        """Where a decision comes from that this line makes."""
        sheet = f" [{self.sheet}]" if self.sheet else ""
        return f"{_FILE}{self.file}{sheet} line {self.line}"


class LoggedDecision(Protocol):
    """A decision of the log, as far as lines are checked against it."""

    @property
    def decision(self) -> int:
        """Number within the engagement."""

    @property
    def session(self) -> str:
        """Where it was decided."""

    @property
    def subject(self) -> str:
        """Id of the asset."""

    @property
    def field(self) -> str:
        """What was decided of it."""

    @property
    def value(self) -> str | None:
        """Null where a decision was taken back."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def author(self) -> str:
        """Who."""

    @property
    def origin(self) -> str:
        """Where it came from."""

    @property
    def at(self) -> datetime:
        """When."""


@dataclass(frozen=True)
class Refusal:
    """Why a line has no effect: `column` is the one of `COLUMNS` that is wrong."""

    line: Line
    column: str
    code: str
    message: str


def read_cells(
    cells: Mapping[str, str | None],
) -> tuple[dict[str, str], list[InvalidOverrideError]]:
    """Return the cells of one line, by `COLUMNS`, as they are meant, and all that is wrong."""
    values = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    wrong = list[InvalidOverrideError]()
    if not values[ASSET]:
        wrong.append(InvalidOverrideError("no_asset", "It names no asset.", ASSET))
    try:
        values[FIELD] = read_field(values[FIELD])
        values[VALUE] = _value(values[FIELD], values[VALUE])
    except InvalidOverrideError as error:
        wrong.append(error)
    for name in (REASON, AUTHOR):
        try:
            values[name] = read_words(values[name], name)
        except InvalidOverrideError as error:
            wrong.append(error)
    return values, wrong


def select_lines(
    lines: Iterable[Line],
    find: Callable[[Line], str],
    log: Sequence[LoggedDecision],
    session: str,
) -> tuple[list[tuple[Line, str]], list[Refusal]]:
    """Say which lines are to be decided, each with the id of its asset, and which cannot be.

    Args:
        lines: of one session, in the order of its tables.
        find: gives the id of the asset that a line names; raises
            `InvalidRequestError` with a sentence.
        log: of decisions about assets of the engagement, in their order.
        session: that the lines are of.
    """
    last = {(each.subject, each.field): each for each in log}
    spoken = {_words(each): each for each in log if each.origin.startswith(_FILE)}
    own = {
        (each.origin, each.subject, each.field, each.value)
        for each in log
        if each.session == session
    }
    first_lines = dict[tuple[str, str], Line]()
    wanted, refused = list[tuple[Line, str]](), list[Refusal]()
    for line in lines:
        try:
            asset = find(line)
        except InvalidRequestError as error:
            refused.append(Refusal(line, ASSET, error.code, str(error)))
            continue
        first = first_lines.setdefault((asset, line.field), line)
        if first.value != line.value:
            message = f"{_place(first)} says another {line.field} of the same asset."
            refused.append(Refusal(line, VALUE, "contradicting", message))
            continue
        earlier = spoken.get((asset, line.field, line.value, line.reason, line.author))
        now = last.get((asset, line.field))
        if (line.origin, asset, line.field, line.value) in own or first is not line:
            continue
        if earlier is not None and now is not None and now.value != line.value:
            refused.append(Refusal(line, VALUE, "decided_since", _since(now)))
            continue
        wanted.append((line, asset))
    return wanted, refused


@lru_cache(maxsize=10_000)
def _value(field: str, text: str) -> str:
    return read_value(field, text)


def _words(each: LoggedDecision) -> tuple[str, str, str | None, str, str]:
    return each.subject, each.field, each.value, each.reason, each.author


def _place(line: Line) -> str:
    sheet = f" [{line.sheet}]" if line.sheet else ""
    return f"Line {line.line} of {line.file}{sheet}"


def _since(now: LoggedDecision) -> str:
    did = "took it back" if now.value is None else f"decided {now.value}"
    return (
        f"This line was read before, and {now.author} {did} on {now.at:%Y-%m-%d} since: give it"
        " another reason to decide so again."
    )
