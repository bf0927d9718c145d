"""Formats that people taught, for one client.

The rows are led by the client, whose engagements alone see them; they are only added to.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discovery_dagster.domain.decisions import taught_formats as decisions
from discovery_dagster.domain.decisions.taught_formats import FormatDecision
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMAND

if TYPE_CHECKING:  # with all that reads files, which whoever only lists decisions does without
    from discovery_dagster.domain.formats.language import Declaration
    from discovery_dagster.domain.teaching import TaughtFormat

_ALL = """
    select decision, format, text, author, reason, at
    from discovery.format_decision where client = %s order by decision
"""
_ADD = """
    insert into discovery.format_decision (client, engagement, format, text, author, reason, origin)
    values (%s, %s, %s, %s, %s, %s, %s) returning decision
"""


class NoSuchFormatError(AbsentError):
    """A format that nobody taught, or that was taken back; the message is one sentence."""

    code = "no_such_format"


def history(database: Database, engagement: EngagementKey) -> list[FormatDecision]:
    """Return all that was decided about formats of the engagement's client, in its order."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(_ALL, [engagement.client]).fetchall()
    return [FormatDecision(**row) for row in rows]


def in_force(database: Database, engagement: EngagementKey) -> list[FormatDecision]:
    """Return what holds now for formats of the engagement's client."""
    return decisions.in_force(history(database, engagement))


def current(database: Database, engagement: EngagementKey) -> "list[TaughtFormat]":
    """Return the formats that hold now for the engagement's client.

    Raises:
        FormatError: when this version of Discovery can no longer read one of them.
    """
    decided = in_force(database, engagement)
    if not decided:
        return []
    from discovery_dagster.domain.teaching.deciding import taught_by

    return [taught_by(decision) for decision in decided]


def find(database: Database, engagement: EngagementKey, name: str) -> FormatDecision:
    """Return the decision by which the format called `name` holds.

    Raises:
        NoSuchFormatError: when there is none.
    """
    for decision in in_force(database, engagement):
        if decision.format == name:
            return decision
    raise NoSuchFormatError(f"No format {name!r} is taught for client {engagement.client}.")


def add(
    database: Database,
    engagement: EngagementKey,
    declared: "Sequence[Declaration]",
    author: str,
    reason: str,
    origin: str = COMMAND,
) -> list[int]:
    """Keep formats for the engagement's client, all or none; one of the same name gives way.

    Returns:
        The numbers of the decisions.
    """
    from discovery_dagster.domain.teaching.reading import write_format

    texts = [(each.format, write_format(each)) for each in declared]
    return _add(database, engagement, texts, author, reason, origin)


def remove(
    database: Database,
    engagement: EngagementKey,
    name: str,
    author: str,
    reason: str,
    origin: str = COMMAND,
) -> FormatDecision:
    """Take a format back and return what held; the log keeps both.

    Raises:
        NoSuchFormatError: when no such format holds.
    """
    removed = find(database, engagement, name)
    _add(database, engagement, [(name, None)], author, reason, origin)
    return removed


def _add(
    database: Database,
    engagement: EngagementKey,
    texts: Sequence[tuple[str, str | None]],
    author: str,
    reason: str,
    origin: str,
) -> list[int]:
    owner = [engagement.client, str(engagement)]
    numbers = list[int]()
    with database.writer(engagement) as connection:
        for name, text in texts:
            values = [*owner, name, text, author, reason, origin]
            row = connection.execute(_ADD, values).fetchone()
            numbers.append(int(row["decision"]) if row else 0)
    return numbers
