"""The messages of one request, and the shape that its response must have."""

import json
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from string import ascii_lowercase
from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, create_model

from discovery_dagster.ai.text import shown
from discovery_dagster.domain.proposals import Question
from discovery_dagster.reference import ROOT


class Message(TypedDict):
    """One message of a request."""

    role: Literal["system", "user"]
    content: str


class Items(BaseModel):
    """A response: one item a question."""

    model_config = ConfigDict(extra="forbid")

    items: list[Any]


def messages(
    prompt: str,
    questions: Mapping[str, Question],
    values: Mapping[str, str],
    fence: str,
    correction: str = "",
) -> list[Message]:
    """Return the messages that ask `questions`, given by the ids that they have in this request.

    Here alone a client's words get into a request, and masked.

    Args:
        prompt: file with the instructions.
        questions: by id, which says nothing about the question.
        values: the allowed answers and what each means.
        fence: marks where the data begins and ends; nobody can have written it into a cell.
        correction: what was wrong with an earlier answer to the questions.
    """
    instructions = ROOT.joinpath(prompt).read_text("utf-8")
    allowed = "\n".join(f"- `{value}`: {meaning}" for value, meaning in values.items())
    system = f"{instructions}\nAllowed values:\n{allowed}\n\nThe marker is {fence}.\n"
    rows = "\n".join(
        # Sorted, so that nothing tells a control from the others.
        json.dumps({"id": name, **dict(sorted(shown(question).items()))}, ensure_ascii=False)
        for name, question in questions.items()
    )
    request = (
        f"<data-{fence}>\n{rows}\n</data-{fence}>\n"
        f"Answer each of the {len(questions)} ids exactly once. Give a confidence from 0 to 1 and"
        ' a reason of one short sentence. Return JSON and nothing else: {"items": [{"id": "…",'
        ' "value": "…", "confidence": 0.5, "reason": "…"}]}'
    )
    if correction:
        request += (
            f"\nYour earlier answer to these could not be used: {correction}."
            " Answer again, in the required shape."
        )
    return [{"role": "system", "content": system}, {"role": "user", "content": request}]


def new_fence() -> str:
    """Return a marker that occurs in no data: letters only, as the mask leaves them."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(16))


def response_model(ids: Sequence[str], values: Sequence[str]) -> type[Items]:
    """Return the model of a response about exactly these ids, with nothing but these values."""
    count = len(ids)
    item = create_model(
        "Item",
        __config__=ConfigDict(extra="forbid"),
        id=(Literal[tuple(ids)], ...),
        value=(StrEnum("Value", {value.upper(): value for value in values}), ...),
        confidence=(Annotated[float, Field(ge=0, le=1)], ...),
        reason=(str, ...),  # no length: OpenAI's strict schemas refuse one; it is cut later
    )
    items = Annotated[list[item], Field(min_length=count, max_length=count)]  # type: ignore[valid-type]
    return create_model("Items", __base__=Items, items=(items, ...))
