"""The sensor that runs what people ask for on the pages, evaluated as the daemon does."""

import dagster as dg
import pytest

from discovery_dagster.definitions import defs
from discovery_dagster.settings import Settings
from discovery_dagster.store import run_requests, sessions
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.run_requests import AlreadyRequestedError


def keys(engine, engagement):
    """The run keys that one tick requests for the engagement."""
    context = dg.build_sensor_context(instance=engine.instance, definitions=defs)
    result = defs.get_repository_def().get_sensor_def("run_requests")(context)
    requests = getattr(result, "run_requests", None) or []
    return [each.run_key for each in requests if each.partition_key.startswith(f"{engagement}|")]


def test_what_somebody_asks_for_is_run_once_and_may_be_asked_for_again(engine, engagement, servers):
    session = sessions.register(
        engine.database, ObjectStore(Settings().objects), engagement, [servers]
    )
    assert keys(engine, engagement) == []
    run_requests.add(engine.database, session, "Ann Li", "page, token 1")
    with pytest.raises(AlreadyRequestedError, match="Ann Li asked"):
        run_requests.add(engine.database, session, "Bo Ek", "page, token 2")
    (key,) = keys(engine, engagement)
    assert keys(engine, engagement) == [key], "a kill loses no request, and its key makes one run"
    engine.execute_here(session)
    assert keys(engine, engagement) == []
    run_requests.add(engine.database, session, "Bo Ek", "page, token 2")
    assert keys(engine, engagement) not in ([], [key])
