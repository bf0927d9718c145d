"""What requests cost, counted where they go out, and the budget that they come off.

CrewAI repeats some requests by itself, so whoever counts its calls counts too few. This module
imports CrewAI.
"""

import json
from contextvars import ContextVar
from dataclasses import dataclass

import httpx
from crewai.llms.hooks import BaseInterceptor

from discovery_dagster.ai.failures import BudgetError, MalformedError
from discovery_dagster.ai.text import visible

#: Bytes of a response that are read. A batch of 100 answers takes a twentieth.
LARGEST = 1 << 20

#: Tokens of one request that are believed.
_MOST = 10_000_000


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
metered: ContextVar[tuple[Exchange, Budget]] = ContextVar("exchange")


class Counter(BaseInterceptor[httpx.Request, httpx.Response]):
    """Counts requests and tokens at the transport, and bounds what is read."""

    def on_outbound(self, message: httpx.Request) -> httpx.Request:
        """Refuse: calls here are asynchronous."""
        raise NotImplementedError

    def on_inbound(self, message: httpx.Response) -> httpx.Response:
        """Refuse: calls here are asynchronous."""
        raise NotImplementedError

    async def aon_outbound(self, message: httpx.Request) -> httpx.Request:
        """Count a request, or refuse it when the budget is used up."""
        exchange, budget = metered.get()
        budget.spend_call()
        exchange.calls += 1
        message.headers["accept-encoding"] = "identity"
        return message

    async def aon_inbound(self, message: httpx.Response) -> httpx.Response:
        """Read a response as far as is sensible and note what it cost."""
        exchange, budget = metered.get()
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
