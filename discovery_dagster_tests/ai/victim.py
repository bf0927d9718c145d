"""A process that runs one flow, to be killed in the middle of it."""

import sys

from discovery_dagster import reference
from discovery_dagster.ai.proposer import FlowProposer
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.proposals import Question
from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.settings import Settings
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database

THINGS = 30


def proposer_of(settings: Settings, claim: Claim) -> FlowProposer:
    return FlowProposer(settings, claim, BY_KEY["classified_assets"], lambda done, total: None)


def ask(proposer: FlowProposer, word: str = "ledger"):
    questions = [Question({"name": f"thing-{at:03d}", "description": word}) for at in range(THINGS)]
    return proposer.propose(questions, reference.load("vocabulary")["asset_types"], "unknown")


if __name__ == "__main__":
    url, key, server, home = sys.argv[1:]
    settings = Settings(
        home=home,
        llm_base_url=server,
        llm_model="test-model",
        llm_batch_size=5,
        llm_concurrency=2,
    )
    with Claim.take(Database(url), SessionKey.parse(key), "run-1") as claim:
        ask(proposer_of(settings, claim))
