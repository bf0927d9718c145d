"""Which of a step's questions a model is asked: each once in an engagement, if at all."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from discovery_dagster import reference
from discovery_dagster.ai.text import is_suspicious, shown_facts
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.proposals import Question
from discovery_dagster.domain.steps import Step
from discovery_dagster.settings import Settings
from discovery_dagster.store import model_answers
from discovery_dagster.store.database import Database
from discovery_dagster.store.model_answers import KeptAnswer, PromptedModel

SPENT = "The budget of the session for the model is used up."

#: Raise when the same prompt and questions would be asked in another way.
_VERSION = 2

#: What makes a request beside the step's own prompts.
_SHARED = ("prompts/controls.yaml", "prompts/suspicious.yaml", "prompts/masking.yaml")


@dataclass(frozen=True)
class Questions:
    """A step's questions, and what is known of them before a model is asked."""

    keys: Sequence[str]  # a digest of each question
    withheld: frozenset[int]  # left to a person
    known: Mapping[str, KeptAnswer]  # by key
    unasked: Sequence[int]  # the first of each key that has no answer

    @classmethod
    def of(
        cls,
        settings: Settings,
        database: Database,
        engagement: EngagementKey,
        step: Step,
        questions: Sequence[Question],
        values: Collection[str],
    ) -> "Questions":
        """Look up what the engagement has answers to; without a model, nothing."""
        keys = [_key(question, values) for question in questions]
        withheld = frozenset(at for at, each in enumerate(questions) if is_suspicious(each))
        prompted = prompted_model(settings, step)
        known = model_answers.known(database, engagement, prompted, set(keys)) if prompted else {}
        firsts = {key: at for at, key in reversed([*enumerate(keys)]) if at not in withheld}
        unasked = sorted(at for key, at in firsts.items() if key not in known)
        return cls(keys, withheld, known, unasked)


def model_version(settings: Settings, step: Step) -> str | None:
    """Return what decides a step's proposals beside its inputs; None without a model or prompts.

    The model's name, the prompts and the way of asking: the part of the step's code version that
    exists only with a model.
    """
    prompted = prompted_model(settings, step)
    return None if prompted is None else f"{prompted.model} {prompted.prompt}"


def prompted_model(settings: Settings, step: Step) -> PromptedModel | None:
    """Return whom a step's answers are of and by which prompt; None without a model or prompts."""
    if settings.llm_model is None or not step.prompts:
        return None
    return PromptedModel(settings.llm_model, f"{prompt_digest(step)}.{_VERSION}")


def prompt_digest(step: Step) -> str:
    """Return a digest of the files of which the step's prompts are made."""
    return reference.digest(*step.prompts, *_SHARED)


def _key(question: Question, values: Collection[str]) -> str:
    """A digest of what a model is shown of the thing itself, and of the answers it may give.

    Where the thing stands is left out: accepting one column changes what stands beside the others.
    """
    content = json.dumps([shown_facts(question), sorted(values)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
