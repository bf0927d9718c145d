"""Scenarios of an engagement: saved, replaced, removed, and made the plan.

A scenario is a decision in the log that no step reads, so that saving one makes nothing stale.
"""

from collections.abc import Sequence

from discovery_dagster.domain.decisions import scenarios as settings
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.decisions.scenarios import BOARD, Scenario, of_plan
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import constraints, log
from discovery_dagster.store.decisions.constraints import Replacement
from discovery_dagster.store.decisions.log import COMMAND, SCENARIO, Decision, DecisionRequest

_FIELD = "scenario"
_NO_REASON = "saved"


class NoSuchScenarioError(AbsentError):
    """No scenario of this name or number; the message is one sentence."""

    code = "no_such_scenario"


def save(
    database: Database,
    session: SessionKey,
    name: str,
    limits: Sequence[Constraint],
    reason: str | None,
    author: str,
    origin: str = COMMAND,
    seen: int | None = None,
) -> Scenario:
    """Keep those of `limits` that change the plan alone, under a name; one of it is replaced.

    Args:
        database: the project's.
        session: whose plan was looked at.
        name: of the scenario; upper and lower case are the same name.
        limits: of the scenario, in the order in which they would be set.
        reason: what it is for.
        author: who saves it.
        origin: where from.
        seen: see `log.add`.

    Raises:
        InvalidScenarioError: when the name or the limits cannot be.
        InvalidOverrideError: when the reason or the author cannot be.
        OvertakenError: see `log.add`.
        EngagementArchivedError: when the engagement is archived.
    """
    called = settings.read_name(name)
    key = called.lower()
    before = {each.name.lower(): each for each in current(database, session.engagement)}
    known = before.get(key)
    request = DecisionRequest(
        SCENARIO,
        key,
        called,
        _FIELD,
        settings.write(of_plan(limits)),
        settings.write(known.constraints) if known else None,
        read_words(reason or _NO_REASON, "reason"),
        read_words(author, "author"),
        origin,
    )
    log.add(database, session, [request], seen)
    return find(database, session.engagement, called)


def current(database: Database, engagement: EngagementKey) -> list[Scenario]:
    """Return the scenarios that there are, the last saved last."""
    rows = log.current(database, engagement)
    return [_scenario(row) for row in rows if row.kind == SCENARIO]


def find(database: Database, engagement: EngagementKey, name: str) -> Scenario:
    """Return the scenario of a name.

    Raises:
        NoSuchScenarioError: when there is none.
    """
    wanted = " ".join(name.split()).lower()
    for each in current(database, engagement):
        if each.name.lower() == wanted:
            return each
    raise NoSuchScenarioError(f"{engagement} has no scenario “{name}”.")


def limits_of(database: Database, engagement: EngagementKey, name: str) -> Sequence[Constraint]:
    """Return the constraints of a scenario, or those in force for the name `BOARD`.

    Raises:
        NoSuchScenarioError: when there is no such scenario.
    """
    if name.strip().lower() == BOARD:
        return of_plan(constraints.current(database, engagement))
    return find(database, engagement, name).constraints


def remove(
    database: Database, engagement: EngagementKey, name: str, author: str, origin: str = ""
) -> Scenario:
    """Let there be a scenario no longer; the log keeps it.

    Raises:
        NoSuchScenarioError: when there is none of this name.
        EngagementArchivedError: when the engagement is archived.
    """
    known = find(database, engagement, name)
    log.take_back(database, engagement, known.decision, "removed", author, origin)
    return known


def apply(
    database: Database,
    engagement: EngagementKey,
    name: str,
    author: str,
    origin: str = COMMAND,
    seen: str | None = None,
) -> Replacement:
    """Set the constraints of a scenario in the place of those in force, all at once.

    `seen` is the mark of those in force when the scenario was looked at; see
    `constraints.replace`.

    Raises:
        NoSuchScenarioError: when there is none of this name.
        OvertakenError: when somebody set or removed one since.
        EngagementArchivedError: when the engagement is archived.
    """
    wanted = find(database, engagement, name)
    return constraints.replace(database, engagement, wanted.constraints, author, origin, seen)


def _scenario(row: Decision) -> Scenario:
    return Scenario(
        row.decision,
        row.name,
        settings.read(row.value or "", row.author, row.at),
        "" if row.reason == _NO_REASON else row.reason,
        row.author,
        row.at,
    )
