"""One request to the model's server, through CrewAI's `LLM`, and the ways in which it fails.

Imported only by the flows, because it imports CrewAI.
"""

import asyncio
import json
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

import httpx
import openai
from crewai import LLM
from crewai.llms.hooks import BaseInterceptor
from crewai.utilities.types import LLMMessage
from pydantic import ValidationError

from discovery_dagster.ai.prompts import Items, Message
from discovery_dagster.ai.text import visible
from discovery_dagster.settings import Settings

#: Bytes of a response that are read. A batch of 100 answers takes a twentieth.
LARGEST = 1 << 20

#: Tokens of one request that are believed.
_MOST = 10_000_000


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


@dataclass
class Exchange:
    """What one call cost, its hidden repetitions included."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    response: str | None = None  # the server's id of its last response


@dataclass
class Budget:
    """What may still be spent. Tokens of a request are known only after it."""

    calls: int
    tokens: int

    def spend_call(self) -> None:
        """Take one request off.

        Raises:
            BudgetError: when none is left.
        """
        if self.calls <= 0 or self.tokens <= 0:
            raise BudgetError
        self.calls -= 1


#: The call that the running task makes, so that requests are counted where they go out: CrewAI
#: repeats some of them by itself.
_exchange: ContextVar[tuple[Exchange, Budget]] = ContextVar("exchange")


class _Counter(BaseInterceptor[httpx.Request, httpx.Response]):
    """Counts requests and tokens at the transport, and bounds what is read."""

    def on_outbound(self, message: httpx.Request) -> httpx.Request:
        """Refuse: calls here are asynchronous."""
        raise NotImplementedError

    def on_inbound(self, message: httpx.Response) -> httpx.Response:
        """Refuse: calls here are asynchronous."""
        raise NotImplementedError

    async def aon_outbound(self, message: httpx.Request) -> httpx.Request:
        """Count a request, or refuse it when the budget is used up."""
        exchange, budget = _exchange.get()
        budget.spend_call()
        exchange.calls += 1
        message.headers["accept-encoding"] = "identity"
        return message

    async def aon_inbound(self, message: httpx.Response) -> httpx.Response:
        """Read a response as far as is sensible and note what it cost."""
        exchange, budget = _exchange.get()
        body = bytearray()
        async for chunk in message.aiter_raw():
            body += chunk
            if len(body) > LARGEST:
                await message.aclose()
                raise MalformedError(f"it is larger than {LARGEST} bytes")
        await message.aclose()
        _note(exchange, budget, bytes(body))
        return httpx.Response(
            message.status_code,
            headers=message.headers,
            content=bytes(body),
            extensions={"http_version": b"HTTP/1.1"},
        )


def _note(exchange: Exchange, budget: Budget, body: bytes) -> None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, dict):
        return
    usage = said.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    prompt, completion = (
        min(max(number, 0), _MOST) if isinstance(number := counts.get(name), int) else 0
        for name in ("prompt_tokens", "completion_tokens")
    )
    exchange.prompt_tokens += prompt
    exchange.completion_tokens += completion
    budget.tokens -= prompt + completion
    response = said.get("id")
    exchange.response = visible(response) if isinstance(response, str) else None


@dataclass
class Model:
    """The configured model. Used inside one event loop."""

    settings: Settings
    budget: Budget
    #: Whether the server refused a request that enforced a shape or set a temperature, which some
    #: servers and some models do not know. It is then asked without either.
    plain: bool = False
    _llm: LLM = field(init=False)

    def __post_init__(self) -> None:
        self._llm = self._connect(0)

    def _connect(self, temperature: float | None) -> LLM:
        return LLM(
            model=self.settings.llm_model or "",
            provider="openai",  # or the name's prefix would choose another
            base_url=self.settings.llm_base_url,
            api_key=self.settings.llm_api_key.get_secret_value() or "none",
            timeout=self.settings.llm_timeout_seconds,
            max_retries=0,
            interceptor=_Counter(),
            temperature=temperature,
        )

    def be_plain(self) -> None:
        """Ask with nothing but messages from now on."""
        if not self.plain:
            self.plain, self._llm = True, self._connect(None)

    async def ask(
        self, messages: Sequence[Message], shape: type[Items], exchange: Exchange
    ) -> Items:
        """Send one request and return the answer in its shape.

        Args:
            messages: the prompt.
            shape: of the response.
            exchange: told what the request costs, also when it fails.

        Raises:
            BudgetError, UnavailableError, LateError, TruncatedError, MalformedError: see there.
            openai.BadRequestError: when the server does not understand the request.
        """
        token = _exchange.set((exchange, self.budget))
        try:
            async with asyncio.timeout(self.settings.llm_timeout_seconds):
                said = await self._llm.acall(
                    [
                        LLMMessage(role=message["role"], content=message["content"])
                        for message in messages
                    ],
                    response_model=None if self.plain else shape,
                )
            return said if isinstance(said, Items) else _parse(said, shape)
        except openai.BadRequestError:
            raise
        except Exception as error:
            raise _explain(error, self.settings.llm_timeout_seconds) from error
        finally:
            _exchange.reset(token)


def _parse(said: object, shape: type[Items]) -> Items:
    if not isinstance(said, str):
        raise MalformedError("it is no text")
    text = said.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    return shape.model_validate_json(text)


def _explain(error: Exception, seconds: float) -> Exception:
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
