"""One request to the model's server, through CrewAI's `LLM`. This module imports CrewAI."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import openai
from crewai import LLM
from crewai.utilities.types import LLMMessage

from discovery_dagster.ai.failures import MalformedError, explain
from discovery_dagster.ai.metering import Budget, Counter, Exchange, Log, Meter, metered
from discovery_dagster.ai.prompts import Items, Message
from discovery_dagster.settings import Settings


@dataclass(frozen=True)
class Reply:
    """What the model said, as it came; `is_cut` where it ends at the model's limit."""

    text: str
    is_cut: bool
    response: str | None  # the server's id


@dataclass
class Model:
    """The configured model. Used inside one event loop."""

    settings: Settings
    budget: Budget
    log: Log
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
            interceptor=Counter(),
            temperature=temperature,
        )

    def be_plain(self) -> None:
        """Ask with nothing but messages from now on."""
        if not self.plain:
            self.plain, self._llm = True, self._connect(None)

    async def ask(
        self, messages: Sequence[Message], shape: type[Items], exchange: Exchange
    ) -> Reply:
        """Send one request and return what the model said.

        Whether that has the shape is not judged: CrewAI and OpenAI's client would drop all of an
        answer for one item, so what came is taken from the transport.

        Args:
            messages: the prompt.
            shape: of the response, which the server is told to keep to.
            exchange: told what the request costs, also when it fails.

        Raises:
            BudgetError, UnavailableError, RefusedError, LateError, MalformedError: see there.
            FencedError: when another run owns the session.
            openai.BadRequestError: when the server does not understand the request.
        """
        exchange.text = None
        token = metered.set(Meter(exchange, self.budget, self.log))
        try:
            async with asyncio.timeout(self.settings.llm_timeout_seconds):
                await self._llm.acall(
                    [
                        LLMMessage(role=message["role"], content=message["content"])
                        for message in messages
                    ],
                    response_model=None if self.plain else shape,
                )
        except openai.BadRequestError:
            raise
        except Exception as error:
            if exchange.text is None:
                raise explain(error, self.settings.llm_timeout_seconds) from error
        finally:
            metered.reset(token)
        if exchange.text is None:
            raise MalformedError("it is no chat completion")
        return Reply(exchange.text, exchange.is_cut, exchange.response)
