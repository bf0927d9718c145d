"""The flows against a real server on loopback: what it may answer, and what comes of it."""

from discovery_dagster import reference
from discovery_dagster.domain.proposals import PROPOSED, UNDECIDED, Question

TYPES = reference.load("vocabulary")["asset_types"]


def things(count, word="ledger"):
    return [
        Question({"name": f"thing-{number:03d}", "description": word}) for number in range(count)
    ]


def propose(proposer, questions):
    return proposer.propose(questions, TYPES, "unknown")


def test_each_question_is_answered_and_says_by_what(proposer, server):
    said = propose(proposer(), [*things(6), *things(1, "blob")])
    assert [a.value for a in said.answers] == ["database"] * 6 + [None]
    assert [a.status for a in said.answers] == [PROPOSED] * 6 + [UNDECIDED]
    assert {a.model for a in said.answers} == {"test-model"}
    assert said.answers[0].response.startswith("response-")
    assert len({a.prompt for a in said.answers}) == 1
    assert (said.usage.calls, said.usage.prompt_tokens) == (2, 200)
    assert len(server.log) == 2
