"""Answers about endpoints that no inventory names."""

from collections.abc import Sequence
from dataclasses import replace

from discovery_dagster.domain.decision_workbook.sheets import ANSWER, Answer
from discovery_dagster.domain.decisions.endpoints import EXTERNAL, MEANS
from discovery_dagster.domain.dependencies.unresolved import in_subnet, is_subnet
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store.assets import AmbiguousAssetError, Finder, NoSuchAssetError
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import aliases, endpoints, log
from discovery_dagster.store.decisions.answers.about_assets import find
from discovery_dagster.store.decisions.answers.outcome import (
    Asked,
    CannotApplyError,
    Outcome,
    check_not_decided_since,
    consistent_requests,
    in_force,
    reason_of,
)
from discovery_dagster.store.decisions.endpoints import EndpointRequest
from discovery_dagster.store.decisions.log import ENDPOINT


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], asked: Asked
) -> Outcome:
    """Decide what endpoints are; `asked` is when and where they were asked."""
    outcome = Outcome()
    if any(_subnet_of(answer) for answer in answers):
        unresolved = endpoints.unresolved_endpoints(database, session)
        answers = [each for answer in answers for each in _by_address(answer, unresolved)]
    decided = in_force(log.current(database, session.engagement), ENDPOINT)
    assets = Finder(database, session, [answer.answer for answer in answers])
    named = [name for answer in answers if (name := answer.cells.get("Endpoint"))]
    subjects = endpoints.subjects(named)
    known = endpoints.known(database, session) | {subject for subject, _ in decided}
    listed = Finder(database, session, named)

    def read(answer: Answer) -> tuple[str, str, EndpointRequest]:
        request = _request(assets, answer, asked)
        subject = subjects[request.endpoint]
        if subject not in known:
            raise CannotApplyError("Endpoint", _unknown(listed, session, request.endpoint))
        check_not_decided_since(decided, subject, MEANS, request.means, asked)
        return subject, request.means, request

    requests = consistent_requests(outcome, answers, read)
    all_names = [
        each for request in requests for each in _by_all_names(database, session, listed, request)
    ]
    added = endpoints.decide(database, session, all_names)
    outcome.applied = len({each.origin for each in added})
    outcome.unchanged += len(requests) - outcome.applied
    return outcome


def _by_address(answer: Answer, unresolved: Sequence[str]) -> list[Answer]:
    """Return an answer about a subnet as one about each of its addresses that is no asset."""
    subnet = _subnet_of(answer)
    if subnet is None or fold(answer.answer) != EXTERNAL:
        return [answer]
    inside = [name for name in unresolved if in_subnet(name, subnet)]
    return [replace(answer, cells={**answer.cells, "Endpoint": name}) for name in inside]


def _subnet_of(answer: Answer) -> str | None:
    """The subnet that an answer is about, None where it is about one endpoint."""
    endpoint = answer.cells.get("Endpoint")
    return endpoint if endpoint is not None and is_subnet(endpoint) else None


def _by_all_names(
    database: Database, session: SessionKey, listed: Finder, request: EndpointRequest
) -> list[EndpointRequest]:
    """Return a request for each name of an asset that only relations name and that is another."""
    if request.means == EXTERNAL:
        return [request]
    try:
        named = listed.find(request.endpoint)
    except InvalidRequestError:
        return [request]
    if not named.named_only:
        return [request]
    others = aliases.names_of(database, session, named.asset_id)
    return [request, *(replace(request, endpoint=name) for name in others[1:])]


def _unknown(listed: Finder, session: SessionKey, endpoint: str) -> str:
    try:
        listed.find(endpoint)
    except NoSuchAssetError:
        return f"No dependency of {session} names {endpoint!r}."
    except AmbiguousAssetError as error:
        return str(error)
    return (
        f"{endpoint!r} is an asset that a list declares: decide its type on the sheet Assets, or"
        " whether it is another asset, too, on the sheet Same thing."
    )


def _request(assets: Finder, answer: Answer, asked: Asked) -> EndpointRequest:
    endpoint = answer.cells.get("Endpoint")
    if endpoint is None:
        raise CannotApplyError("Endpoint", "It names no endpoint.")
    if fold(answer.answer) == EXTERNAL:
        means = EXTERNAL
    else:
        asset = find(assets, ANSWER, answer.answer)
        if asset.named_only and fold(asset.name) == fold(endpoint):
            raise CannotApplyError(ANSWER, f"{endpoint} is what dependencies call it already.")
        means = asset.asset_id
    author = answer.author or ""
    return EndpointRequest(endpoint, means, reason_of(answer), author, asked.origin(answer))
