"""What a language model answered: kept for the engagement, so that nothing is asked twice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database


@dataclass(frozen=True)
class PromptedModel:
    """Whom an answer is of, and by which prompt: another of either is another answer."""

    model: str
    prompt: str  # digest


@dataclass(frozen=True)
class KeptAnswer:
    """An answer to a question; `value` is null, with a `failure`, where asking again is no use."""

    value: str | None
    confidence: float | None = None
    rationale: str | None = None
    failure: str | None = None
    response: str | None = None  # the server's id of its response


_KNOWN = """
    select question, value, confidence, rationale, failure, response
    from discovery.model_answer
    where engagement = %s and model = %s and prompt = %s and question = any (%s)
"""

_KEEP = """
    insert into discovery.model_answer (engagement, model, prompt, question, value, confidence,
                                        rationale, failure, response)
    values (%(engagement)s, %(model)s, %(prompt)s, %(question)s, %(value)s, %(confidence)s,
            %(rationale)s, %(failure)s, %(response)s)
    on conflict do nothing
"""


def known(
    database: Database,
    engagement: EngagementKey,
    prompted: PromptedModel,
    questions: Collection[str],
) -> dict[str, KeptAnswer]:
    """Return the answers that the engagement has to those of the questions, by their digests."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            _KNOWN, [str(engagement), prompted.model, prompted.prompt, sorted(questions)]
        ).fetchall()
    return {row.pop("question"): KeptAnswer(**row) for row in map(dict, rows)}


def keep(claim: Claim, prompted: PromptedModel, answers: Mapping[str, KeptAnswer]) -> None:
    """Keep answers by the digests of their questions; those that are kept already stay.

    Raises:
        FencedError: when another run owns the session; nothing is kept then.
    """
    engagement = claim.session.engagement
    rows: list[dict[str, Any]] = [
        {"engagement": str(engagement), **vars(prompted), "question": question, **vars(answer)}
        for question, answer in answers.items()
    ]
    with claim.database.writer(engagement) as connection, connection.cursor() as cursor:
        claim.check(connection)
        cursor.executemany(_KEEP, rows)
