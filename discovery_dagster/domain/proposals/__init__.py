"""Proposals of a language model for what the rules left open, each beside the rules' own answer.

Steps ask through the protocol `Proposer` and know neither the model nor the library behind it. A
proposal never replaces an answer of the rules; what it takes to be accepted is said in `columns`
and `types`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import polars as pl

from discovery_dagster.domain.proposals.facts import Facts
from discovery_dagster.domain.tables import PROPOSALS, Proposals, empty
from discovery_dagster.domain.tables.words import ProposalStatus

PROPOSED: Final = ProposalStatus.PROPOSED
ACCEPTED: Final = (
    ProposalStatus.ACCEPTED
)  # by the setting, because independent evidence says the same
UNDECIDED: Final = ProposalStatus.UNDECIDED  # the model says that it cannot tell
UNANSWERED: Final = (
    ProposalStatus.UNANSWERED
)  # the model gave no usable answer; the next run asks again
WITHHELD: Final = ProposalStatus.WITHHELD  # the model was not asked: left to a person

#: What can be proposed about; also the words of the setting that accepts.
COLUMN: Final = "field"
TYPE: Final = "type"


@dataclass(frozen=True)
class Question:
    """One thing that the rules left open, in the client's own words.

    `facts` are about the thing itself: what was answered to the same facts is the answer. `context`
    says where it stands; it is shown beside them and may change without the question being another.
    """

    facts: Facts
    context: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the model said of one question; `value` is null when it gave no usable answer."""

    value: str | None
    confidence: float | None  # as the model states it, 0 to 1; decides nothing
    rationale: str | None  # the model's own words: untrusted text
    failure: str | None  # one sentence why there is no value
    status: str  # PROPOSED, UNDECIDED, UNANSWERED or WITHHELD
    model: str
    prompt: str  # digest of the prompt
    response: str | None  # id that the server gave its response


@dataclass(frozen=True)
class Usage:
    """What a step's answers cost so far, in requests and tokens, resumed work included."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class Answers:
    """One answer a question, in their order, and what they cost."""

    answers: Sequence[Answer]
    usage: Usage = field(default_factory=Usage)


class Proposer(Protocol):
    """Asks a language model. Without one configured there is none."""

    @property
    def accepts(self) -> bool:
        """Whether proposals that independent evidence agrees with are accepted unasked."""

    def propose(
        self, questions: Sequence[Question], values: Mapping[str, str], abstention: str
    ) -> Answers:
        """Answer each question with one of `values`, or say why not.

        Args:
            questions: what the rules left open; at least one.
            values: the allowed answers and what each means.
            abstention: the one that means that the facts do not tell.

        Returns:
            One answer a question. A model that fails makes answers without a value, no error.
        """


def counts(proposals: Proposals, usage: Usage | None) -> dict[str, int]:
    """Return the figures of a step's proposals; none when no model is configured."""
    if usage is None:
        return {}
    statuses = {
        f"model.{status}": int((proposals["status"] == status).sum())
        for status in (PROPOSED, ACCEPTED, UNDECIDED, UNANSWERED, WITHHELD)
    }
    return statuses | {
        "model.calls": usage.calls,
        "model.prompt_tokens": usage.prompt_tokens,
        "model.completion_tokens": usage.completion_tokens,
    }


def frame(
    about: pl.DataFrame, answers: Sequence[Answer], accepted: Sequence[str | None]
) -> Proposals:
    """Put the answers beside what they are about.

    Args:
        about: one row per question with the first columns of `tables.PROPOSALS`, up to `rules`.
        answers: one a question.
        accepted: the evidence that agrees where a proposal is accepted, else null.

    Returns:
        One row per question, as `tables.PROPOSALS`.
    """
    if about.is_empty():
        return empty(PROPOSALS)
    rows = [
        {
            "value": answer.value,
            "confidence": answer.confidence,
            "rationale": answer.rationale,
            "status": ACCEPTED if agreeing else answer.status,
            "reason": answer.failure or agreeing,
            "model": answer.model,
            "prompt": answer.prompt,
            "response": answer.response,
        }
        for answer, agreeing in zip(answers, accepted, strict=True)
    ]
    answer_schema = {name: kind for name, kind in PROPOSALS.items() if name not in about.columns}
    both = pl.concat([about, pl.DataFrame(rows, schema=answer_schema)], how="horizontal")
    return Proposals(both.select(pl.col(name).cast(kind) for name, kind in PROPOSALS.items()))
