"""Scenarios: sets of constraints of a plan, each under a name, beside those that are in force.

They are kept as the lines that `discovery plan set` takes, so that the audit list shows them as
people write them. Which there are is the store's matter, what they do to a plan is `planning`'s.
"""

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from discovery_dagster.domain.decisions.constraints import KINDS, Constraint, InvalidConstraintError
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.errors import InvalidRequestError

#: The name of what is in force, which no scenario can have.
BOARD: Final = "board"

#: The kind of decision that a plan alone is made from; others change its inputs.
_PLAN: Final = "plan"

_REASON: Final = "--reason"
_LONGEST_NAME = 80
_MOST = 200  # constraints of a scenario


class InvalidScenarioError(InvalidRequestError):
    """A scenario that cannot be saved; the message is one sentence."""

    code = "invalid_scenario"


@dataclass(frozen=True)
class Scenario:
    """Constraints under a name; they are numbered from -1 down, since none of them is in force."""

    decision: int
    name: str
    constraints: tuple[Constraint, ...]
    reason: str
    author: str
    at: datetime


def read_name(text: str) -> str:
    """Return the name of a scenario on one line.

    Raises:
        InvalidScenarioError: when there is none, it is long, or it is that of the board.
    """
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidScenarioError(f"A scenario has a name of 1 to {_LONGEST_NAME} characters.")
    if name.lower() == BOARD:
        raise InvalidScenarioError(f"“{name}” means what is in force: choose another name.")
    return name


def of_plan(constraints: Sequence[Constraint]) -> list[Constraint]:
    """Return those that change the plan alone; others change what every scenario is made from."""
    return [each for each in constraints if KINDS[each.kind].concerns == _PLAN]


def with_changes(
    in_force: Sequence[Constraint], added: Sequence[Constraint], removed: Collection[int]
) -> list[Constraint]:
    """Return the constraints that would be in force: of a kind that holds once, the last one.

    Raises:
        InvalidConstraintError: when one of them changes what the plan is made from, too.
    """
    changed = [*added, *(each for each in in_force if each.id in removed)]
    for each in changed:
        if KINDS[each.kind].concerns != _PLAN:
            raise InvalidConstraintError(
                f"{each.kind} changes dependencies, too: only a run shows its consequences."
            )
    kept = [each for each in in_force if each.id not in removed]
    for each in added:
        if KINDS[each.kind].single:
            kept = [other for other in kept if other.kind != each.kind]
        kept.append(each)
    return kept


def write(constraints: Sequence[Constraint]) -> str:
    """Return the lines of constraints; `read` reads them back.

    Raises:
        InvalidScenarioError: when there are more than anybody can compare.
    """
    if len(constraints) > _MOST:
        raise InvalidScenarioError(f"A scenario has at most {_MOST} constraints.")
    return "\n".join(map(_line, constraints))


def read(text: str, author: str, at: datetime) -> tuple[Constraint, ...]:
    """Return the constraints that `write` wrote, as set by who saved the scenario."""
    read_lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        kind, *values = shlex.split(line)
        reason = None
        if len(values) > 1 and values[-2] == _REASON:
            *values, _, reason = values
        read_lines.append(Constraint(-number, kind, tuple(values), reason or None, author, at))
    return tuple(read_lines)


def _line(constraint: Constraint) -> str:
    values = [" ".join(value.splitlines()) for value in constraint.values]
    words = [constraint.kind, *values]
    # An asset may be called as the option is: then the option is written, be it empty.
    if constraint.reason or _REASON in values:
        words += [_REASON, read_words(constraint.reason, "reason") if constraint.reason else ""]
    return shlex.join(words)
