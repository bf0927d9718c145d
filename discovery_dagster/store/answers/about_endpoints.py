"""Answers about endpoints that no inventory names."""

from collections.abc import Sequence

from discovery_dagster.domain.decision_workbook.sheets import ANSWER, Answer
from discovery_dagster.domain.dependencies.endpoint_decisions import EXTERNAL, MEANS
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store import decision_log, endpoint_decisions
from discovery_dagster.store.answers.about_assets import find
from discovery_dagster.store.answers.outcome import (
    CannotApplyError,
    Outcome,
    agreed,
    check_not_decided_since,
    in_force,
    origin,
    reason_of,
)
from discovery_dagster.store.assets import Finder
from discovery_dagster.store.database import Database
from discovery_dagster.store.decision_log import ENDPOINT
from discovery_dagster.store.endpoint_decisions import EndpointWish


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], as_of: int
) -> Outcome:
    """Decide what endpoints are; `as_of` is the last decision before the workbook."""
    outcome = Outcome()
    log = in_force(decision_log.current(database, session.engagement), ENDPOINT)
    assets = Finder(database, session, [answer.answer for answer in answers])
    known = [name for answer in answers if (name := answer.cells.get("Endpoint"))]
    subjects = endpoint_decisions.subjects(known)

    def read(answer: Answer) -> tuple[str, str, EndpointWish]:
        wish = _wish(assets, answer, as_of)
        subject = subjects[wish.endpoint]
        check_not_decided_since(log, subject, MEANS, wish.means, as_of)
        return subject, wish.means, wish

    wishes = agreed(outcome, answers, read)
    added = endpoint_decisions.decide(database, session, wishes)
    outcome.applied = len(added)
    outcome.standing += len(wishes) - len(added)
    return outcome


def _wish(assets: Finder, answer: Answer, as_of: int) -> EndpointWish:
    endpoint = answer.cells.get("Endpoint")
    if endpoint is None:
        raise CannotApplyError("Endpoint", "It names no endpoint.")
    if fold(answer.answer) == EXTERNAL:
        means = EXTERNAL
    else:
        means = find(assets, ANSWER, answer.answer).asset_id
    author = answer.author or ""
    return EndpointWish(endpoint, means, reason_of(answer), author, origin(answer, as_of))
