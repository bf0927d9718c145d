"""Answers that people gave on the page of the review queue, and taking one back as a whole.

Each answer may have decided many things of several kinds; their origin names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.rows import class_row

from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import dictionary, identity, log, mappings
from discovery_dagster.store.decisions.dictionary import WordRequest

#: What of each log is in force and came from an answer of the engagement's pages.
_HELD: Final = """
    select at, author, name as about, field, value, origin, false as of_client
    from (
        select distinct on (kind, subject, field) * from discovery.decision
        where engagement = %(engagement)s order by kind, subject, field, decision desc
    ) as last where value is not null
    union all
    select at, author, word, field, meaning, origin, true from (
        select distinct on (field, key) * from discovery.word_decision
        where client = %(client)s order by field, key, decision desc
    ) as last where meaning is not null and engagement = %(engagement)s
    union all
    select at, author, "column", field, case when accepted then 'yes' else 'no' end, origin, true
    from (
        select distinct on (format, header, field) * from discovery.mapping_decision
        where client = %(client)s order by format, header, field, decision desc
    ) as last where accepted is not null and engagement = %(engagement)s
    union all
    select at, author, array_to_string(assets, ', '), kind, 'same', origin, false
    from discovery.identity_decision
    where engagement = %(engagement)s and removed_at is null
"""
_PATTERN: Final = ", answer ([0-9a-f]+), row "
_GIVEN: Final = f"""
    select substring(origin from '{_PATTERN}') as answer, max(at) as at, min(author) as author,
           min(about) as about, min(field) as field, min(value) as value,
           count(*)::integer as number, bool_or(of_client) as of_client,
           min(split_part(origin, ', row ', 1)) as origin
    from ({_HELD}) as held where origin ~ '{_PATTERN}'
    group by 1 order by at desc limit %(most)s
"""


class NoSuchAnswerError(AbsentError):
    """Nothing of an answer is in force; the message is one sentence."""

    code = "no_such_answer"


@dataclass(frozen=True)
class GivenAnswer:
    """An answer in force: by whom, to how many questions, and what it says of the first."""

    answer: str
    at: datetime
    author: str
    about: str
    field: str
    value: str
    number: int
    of_client: bool
    origin: str  # how the origins of its decisions begin


def given(database: Database, session: SessionKey, most: int) -> list[GivenAnswer]:
    """Return the answers in force of the session's engagement, the newest first."""
    values = {
        "engagement": str(session.engagement),
        "client": session.engagement.client,
        "most": most,
    }
    with (
        database.reader([session.engagement]) as connection,
        connection.cursor(row_factory=class_row(GivenAnswer)) as cursor,
    ):
        return cursor.execute(_GIVEN, values).fetchall()


def take_back(
    database: Database, session: SessionKey, answer: GivenAnswer, author: str, origin: str
) -> None:
    """Take everything back that an answer decided and that is in force."""
    place, engagement = f"{answer.origin}, row ", session.engagement
    log.take_back_from(database, session, place, "taken back", author, origin)
    words = [
        WordRequest(one.field, one.word, None, author, "taken back", origin)
        for one in dictionary.current(database, engagement)
        if one.origin.startswith(place)
    ]
    dictionary.decide(database, engagement, words)
    _take_columns_back(database, session, place, author, origin)
    for number in identity.numbers_from(database, engagement, place):
        identity.remove(database, engagement, number, author, origin)


def _take_columns_back(
    database: Database, session: SessionKey, place: str, author: str, origin: str
) -> None:
    """A column counts by its format and header, which is what a row of the log has of it."""
    by_field: dict[str, list[dict[str, str]]] = {}
    for one in mappings.in_force(database, session.engagement):
        if one.origin.startswith(place):
            column = {"format": one.format, "column": one.column}
            by_field.setdefault(one.field, []).append(column)
    for field, columns in by_field.items():
        mappings.decide(database, session, columns, field, author, accepted=None, origin=origin)


def find(answers: Sequence[GivenAnswer], number: str) -> GivenAnswer:
    """Return the answer of this number.

    Raises:
        NoSuchAnswerError: when nothing of it is in force.
    """
    for answer in answers:
        if answer.answer == number:
            return answer
    raise NoSuchAnswerError("Nothing of this answer is in force any more.")
