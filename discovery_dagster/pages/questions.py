"""What the query of a page asks for; a page's own question adds its fields."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Question(BaseModel):
    """A question as a form sends it: a field that is left empty asks for nothing.

    A browser sends the fields of a form that nobody filled in, too, with an empty text. They are
    left out before anything is validated, so that each field has its own default and bounds alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_fields(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        filled = {name: _filled(value) for name, value in given.items()}
        return {name: value for name, value in filled.items() if value not in ("", [])}


def _filled(value: Any) -> Any:
    return [one for one in value if one != ""] if isinstance(value, list) else value
