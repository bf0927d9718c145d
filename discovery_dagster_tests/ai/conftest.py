"""A model's server, and settings that point to it."""

from collections.abc import Iterator

import pytest

from discovery_dagster.ai.proposer import FlowProposer
from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.claims import Claim
from discovery_dagster_tests.ai.server import ModelServer, able, model_server


@pytest.fixture(scope="module")
def standing_server() -> Iterator[ModelServer]:
    with model_server() as served:
        yield served


@pytest.fixture
def server(standing_server) -> ModelServer:
    """A server that behaves, with an empty log."""
    standing_server.behave = able
    standing_server.log.clear()
    standing_server.answered = 0
    return standing_server


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def settings(server, home) -> Settings:
    return Settings(
        home=home,
        llm_base_url=server.url,
        llm_model="test-model",
        llm_batch_size=5,
        llm_concurrency=2,
        llm_timeout_seconds=45,  # a busy machine is slow to answer itself
    )


@pytest.fixture
def claim(database, objects, engagement) -> Iterator[Claim]:
    session = sessions.register(database, objects, engagement, [])
    with Claim.take(database, session, "run-1") as taken:
        yield taken


@pytest.fixture
def proposer(settings, claim):
    """What a step asks with; each test's is of its own session."""

    def make(step: str = "classified_assets", **changed) -> FlowProposer:
        return FlowProposer(
            settings.model_copy(update=changed),
            claim,
            BY_KEY[step],
            lambda done, total: None,
        )

    return make
