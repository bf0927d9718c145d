"""The ways in which a request to a model fails, and which of them an error is.

Imported only by the flows, because it imports OpenAI's client.
"""

import json

import httpx
import openai
from pydantic import ValidationError

from discovery_dagster.ai.text import visible


class BudgetError(Exception):
    """The session may cost no more."""


class UnavailableError(Exception):
    """The server gives no answers: it cannot be reached, refuses or fails.

    `passing` where that may be over in a moment.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class LateError(Exception):
    """The server did not answer in time."""


class TruncatedError(Exception):
    """The answer is cut off at the model's limit."""


class MalformedError(Exception):
    """The answer is not what was asked for; the message says so without quoting it."""


def explain(error: Exception, seconds: float) -> Exception:
    """What an error means; CrewAI and OpenAI's client share no base class and wrap each other's."""
    for cause in _causes(error):
        match cause:
            case BudgetError() | MalformedError():
                return cause
            case TimeoutError() | openai.APITimeoutError() | httpx.TimeoutException():
                return LateError(f"it did not come within {seconds:g} s")
            case openai.LengthFinishReasonError():
                return TruncatedError("it is cut off at the model's limit")
            case openai.ContentFilterFinishReasonError():
                return MalformedError("the server's content filter withheld it")
            case openai.APIStatusError():
                return UnavailableError(
                    f"the server answered with status {cause.status_code}",
                    passing=cause.status_code >= 500,
                )
            case ValidationError():
                return MalformedError(_without_values(cause))
            case ConnectionError() | openai.APIConnectionError() | httpx.TransportError():
                return UnavailableError("the server cannot be reached", passing=True)
            case json.JSONDecodeError():
                return MalformedError("it is no JSON")
    return MalformedError(f"it cannot be read ({type(error).__name__})")


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error and what caused it, the innermost first."""
    found = list[BaseException]()
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found[::-1]


def _without_values(error: ValidationError) -> str:
    """The first faults, without the text that has them: it is the model's, or a client's."""
    faults = [
        f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)[:5]
    ]
    return visible("; ".join(faults), 600)  # keys that it names are the model's own
