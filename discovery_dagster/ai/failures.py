"""The ways in which a request to a model fails, and which of them an error is.

Imported only by the flows, because it imports OpenAI's client.
"""

import json

import httpx
import openai

from discovery_dagster.store.claims import FencedError


class BudgetError(Exception):
    """The session may cost no more."""


class UnavailableError(Exception):
    """The server gives no answers: it cannot be reached, refuses or fails.

    `passing` where that may be over in a moment.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class RefusedError(Exception):
    """The server does not take this request, which may be too long for it."""


class LateError(Exception):
    """The server did not answer in time."""


class MalformedError(Exception):
    """The answer is not what was asked for; the message says so without quoting it."""


def explain(error: Exception, seconds: float) -> Exception:
    """What an error means; CrewAI and OpenAI's client share no base class and wrap each other's."""
    for cause in _causes(error):
        match cause:
            case BudgetError() | MalformedError() | FencedError():
                return cause
            case TimeoutError() | openai.APITimeoutError() | httpx.TimeoutException():
                return LateError(f"it did not come within {seconds:g} s")
            case openai.APIStatusError(status_code=413):
                return RefusedError("the server does not accept a request of this size (413)")
            case openai.APIStatusError():
                return UnavailableError(
                    f"the server answered with status {cause.status_code}",
                    passing=cause.status_code >= 500,
                )
            case ConnectionError() | openai.APIConnectionError() | httpx.TransportError():
                return UnavailableError("the server cannot be reached", passing=True)
            case json.JSONDecodeError():
                return MalformedError("it is no JSON")
    return MalformedError(f"it cannot be read ({type(error).__name__})")


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error and what caused it, the innermost first."""
    causes = list[BaseException]()
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes[::-1]
