"""What a flow knows: its plan, what came of each batch, and what that cost.

This is the whole of it. A flow that starts again with the state of a killed one asks only the
batches that have no outcome. Every field has a default, so that an older state can be read.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

#: Version of this shape. A state of another version is not resumed but begun anew.
VERSION = 1

Kind = Literal["answered", "split", "failed"]


class Batch(BaseModel):
    """Questions that are asked in one request, by their numbers."""

    model_config = ConfigDict(frozen=True)

    questions: list[int] = []

    @property
    def key(self) -> str:
        """Name of the batch: no two of a flow have the same questions."""
        return f"{self.questions[0]}-{self.questions[-1]}"


class Said(BaseModel):
    """The model's usable answer to one question."""

    value: str = ""
    confidence: float = 0.0
    rationale: str = ""


class Outcome(BaseModel):
    """What came of a batch."""

    kind: Kind = "failed"
    answers: dict[int, Said] = {}  # by question
    failure: str = ""  # one sentence
    lasting: bool = False  # asking again would change nothing
    response: str | None = None  # the server's id of its response


class FlowState(BaseModel):
    """The state of a flow, as it is saved after each batch."""

    id: str = ""
    version: int = VERSION
    engagement: str = ""
    session: str = ""
    step: str = ""
    model: str = ""
    planned: int = 0  # questions that are in batches or withheld; the others come later
    withheld: list[int] = []  # questions that are left to a person
    batches: list[Batch] = []
    outcomes: dict[str, Outcome] = {}  # by key of the batch
    calls: int = 0  # HTTP requests
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finished: bool = False

    @property
    def tokens(self) -> int:
        """Tokens of prompts and completions together."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def open_batches(self) -> list[Batch]:
        """Batches that have no outcome yet."""
        return [batch for batch in self.batches if batch.key not in self.outcomes]
