"""What requests cost, counted and written down where they go out, and the budget they come off.

CrewAI repeats some requests by itself, so whoever counts its calls counts too few. This module
imports CrewAI.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx
from crewai.llms.hooks import BaseInterceptor

from discovery_dagster.ai.failures import BudgetError, MalformedError
from discovery_dagster.ai.text import visible

#: Bytes of a response that are read. A batch of 100 answers takes a twentieth.
LARGEST = 1 << 20

#: Tokens of one request that are believed.
_MOST = 10_000_000


@dataclass(frozen=True)
class Log:
    """Where requests are written down: `sent` before one goes out, `answered` after."""

    sent: Callable[[Sequence[Mapping[str, Any]]], int]
    answered: Callable[[int, int, int, int], None]  # request, status, tokens of both kinds


@dataclass
class Exchange:
    """What one call cost, its hidden repetitions included, and the last response to it."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    response: str | None = None  # the server's id of its last response
    text: str | None = None  # what the model said, null where no completion came
    is_cut: bool = False  # whether that ends at the model's limit


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


@dataclass
class Meter:
    """What the call that the running task makes is counted in."""

    exchange: Exchange
    budget: Budget
    log: Log
    request: int = 0  # the number of the last one in the log


#: Of the running task, so that requests are counted where they go out.
metered: ContextVar[Meter] = ContextVar("meter")


class Counter(BaseInterceptor[httpx.Request, httpx.Response]):
    """Counts and logs requests and tokens at the transport, and bounds what is read."""

    def on_outbound(self, message: httpx.Request) -> httpx.Request:
        """Refuse: calls here are asynchronous."""
        raise NotImplementedError

    def on_inbound(self, message: httpx.Response) -> httpx.Response:
        """Refuse: calls here are asynchronous."""
        raise NotImplementedError

    async def aon_outbound(self, message: httpx.Request) -> httpx.Request:
        """Count a request and write it down, or refuse it when the budget is used up.

        Raises:
            BudgetError: when the session may cost no more.
            FencedError: when another run owns the session.
        """
        meter = metered.get()
        meter.budget.spend_call()
        meter.exchange.calls += 1
        meter.exchange.text = None
        meter.request = meter.log.sent(json.loads(message.content)["messages"])
        message.headers["accept-encoding"] = "identity"
        return message

    async def aon_inbound(self, message: httpx.Response) -> httpx.Response:
        """Read a response as far as is sensible and note what it says and cost."""
        meter = metered.get()
        body = bytearray()
        async for chunk in message.aiter_raw():
            body += chunk
            if len(body) > LARGEST:
                await message.aclose()
                raise MalformedError(f"it is larger than {LARGEST} bytes")
        await message.aclose()
        _note(meter, bytes(body), message.status_code)
        return httpx.Response(
            message.status_code,
            headers=message.headers,
            content=bytes(body),
            extensions={"http_version": b"HTTP/1.1"},
        )


def _note(meter: Meter, body: bytes, status: int) -> None:
    try:
        completion = json.loads(body)
    except (ValueError, RecursionError):
        completion = None
    completion = completion if isinstance(completion, dict) else {}
    usage = completion.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    prompt, answer = (
        min(max(number, 0), _MOST) if isinstance(number := counts.get(name), int) else 0
        for name in ("prompt_tokens", "completion_tokens")
    )
    exchange = meter.exchange
    exchange.prompt_tokens += prompt
    exchange.completion_tokens += answer
    meter.budget.tokens -= prompt + answer
    meter.log.answered(meter.request, status, prompt, answer)
    response = completion.get("id")
    exchange.response = visible(response) if isinstance(response, str) else None
    exchange.text, exchange.is_cut = _text_of(completion)


def _text_of(completion: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The text of a completion, empty where the model refuses, and whether it is cut off."""
    try:
        choice = completion["choices"][0]
        text, finish = choice["message"].get("content"), choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        return None, False
    return text if isinstance(text, str) else "", finish == "length"
