"""What people decided about words, for one client, and the words that its sessions have.

The decisions are led by the client, whose engagements alone see them; they are only added to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.dictionary import Dictionary, HeldWord, WordDecision, key_of
from discovery_dagster.domain.dictionary.decisions import in_force
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMAND, NoSuchDecisionError
from discovery_dagster.store.sessions import WANTED, by_session, wanted

_ALL = """
    select decision, field, word, meaning, author, reason, origin, at
    from discovery.word_decision where client = %s order by decision
"""
_ADD = """
    insert into discovery.word_decision
        (client, engagement, field, word, key, meaning, author, reason, origin)
    values (%(client)s, %(engagement)s, %(field)s, %(word)s, %(key)s, %(meaning)s, %(author)s,
            %(reason)s, %(origin)s)
"""
_HELD = f"""
    select distinct engagement, session, field, key
    from {WANTED} join discovery.source_word using (engagement, session)
    where key = any (%(words)s)
"""
_WORDS = """
    select field, key, min(word) as word, sum(rows)::integer as rows,
           array_agg(distinct file order by file) as files,
           array_agg(distinct "column" order by "column") as columns,
           array_agg(distinct session order by session) as sessions,
           (array_agg(to_jsonb(names) order by session desc, seq))[1] as names,
           max(meaning) as meaning, max(near) as near
    from discovery.source_word
    where engagement = %(engagement)s and (%(session)s::text is null or session = %(session)s)
    group by field, key
"""


@dataclass(frozen=True)
class WordRequest:
    """What somebody wants a word to mean; it was read by `domain.dictionary.fields`.

    Without a meaning it takes back what holds.
    """

    field: str
    word: str
    meaning: str | None
    author: str
    reason: str | None = None
    origin: str = COMMAND


def history(database: Database, engagement: EngagementKey) -> list[WordDecision]:
    """Return all that was decided about words of the engagement's client, in its order."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(_ALL, [engagement.client]).fetchall()
    return [WordDecision(**row) for row in rows]


def current(database: Database, engagement: EngagementKey) -> list[WordDecision]:
    """Return what the dictionary of the engagement's client says now."""
    return in_force(history(database, engagement))


def of_client(database: Database, engagement: EngagementKey) -> Dictionary:
    """Return the dictionary by which cells of the engagement's client are read."""
    return Dictionary(current(database, engagement))


def words(
    database: Database, engagement: EngagementKey, session: SessionKey | None = None
) -> list[HeldWord]:
    """Return the distinct words of the sessions of an engagement, or of one, the commonest first.

    What is not known to Discovery comes before what it knows.
    """
    keys = {"engagement": str(engagement), "session": session and session.session}
    with database.reader([engagement]) as connection:
        rows = connection.execute(_WORDS, keys).fetchall()
    decided = {each.subject: each for each in current(database, engagement)}
    held = [HeldWord(**row, decision=decided.get((row["field"], row["key"]))) for row in rows]
    return sorted(held, key=lambda each: (not each.is_unknown, each.field, -each.rows, each.key))


def held(
    connection: psycopg.Connection[DictRow],
    keys: Sequence[SessionKey],
    decisions: Sequence[WordDecision],
) -> dict[SessionKey, set[tuple[str, str]]]:
    """Return those of the words that something was decided about which each session has."""
    values = {**wanted(keys), "words": [each.subject[1] for each in decisions]}
    rows = by_session(keys, connection.execute(_HELD, values).fetchall())
    return {key: {(row["field"], row["key"]) for row in words} for key, words in rows.items()}


def decide(
    database: Database, engagement: EngagementKey, requests: Sequence[WordRequest]
) -> list[WordRequest]:
    """Remember what words mean for the engagement's client, all or none.

    Returns:
        Those requests that say another thing than what holds already.
    """
    holds = {each.subject: each for each in current(database, engagement)}
    fresh = []
    for request in requests:
        before = holds.get((request.field, key_of(request.word)))
        same = before and (before.meaning, before.author, before.reason) == (
            request.meaning, request.author, request.reason,
        )  # fmt: skip
        if not same:
            fresh.append(request)
    _add(database, engagement, fresh)
    return fresh


def remove(
    database: Database, engagement: EngagementKey, field: str, word: str, author: str
) -> WordDecision:
    """Take the meaning of a word back and return what held; the log keeps both.

    Raises:
        NoSuchDecisionError: when the dictionary has no such word.
    """
    subject = (field, key_of(word))
    removed = next((e for e in current(database, engagement) if e.subject == subject), None)
    if removed is None:
        raise NoSuchDecisionError(
            f"The dictionary of client {engagement.client} has no {field} {word!r}."
        )
    _add(database, engagement, [WordRequest(field, removed.word, None, author)])
    return removed


def _add(database: Database, engagement: EngagementKey, requests: Sequence[WordRequest]) -> None:
    owner = {"client": engagement.client, "engagement": str(engagement)}
    with database.writer(engagement) as connection:
        for each in requests:
            connection.execute(_ADD, {**owner, **vars(each), "key": key_of(each.word)})
