"""What a flow knows of itself: how far it came, and what that cost.

What was answered is not in it but in `store.model_answers`, question by question. So a flow that
starts again after a kill asks only what has no answer. Every field has a default, so that an older
state can be read.
"""

from pydantic import BaseModel

#: Version of this shape. A state of another version is not resumed but begun anew.
VERSION = 2


class FlowState(BaseModel):
    """The state of a flow, as it is saved after each batch."""

    id: str = ""
    version: int = VERSION
    engagement: str = ""
    session: str = ""
    step: str = ""
    model: str = ""
    batches_done: int = 0  # of all its runs
    calls: int = 0  # HTTP requests
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finished: bool = False

    @property
    def tokens(self) -> int:
        """Tokens of prompts and completions together."""
        return self.prompt_tokens + self.completion_tokens
