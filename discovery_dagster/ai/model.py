"""One request to the model's server, through CrewAI's `LLM`. This module imports CrewAI."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import openai
from crewai import LLM
from crewai.utilities.types import LLMMessage

from discovery_dagster.ai.failures import MalformedError, explain
from discovery_dagster.ai.metering import Budget, Counter, Exchange, metered
from discovery_dagster.ai.prompts import Items, Message
from discovery_dagster.settings import Settings


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
            interceptor=Counter(),
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
        token = metered.set((exchange, self.budget))
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
            raise explain(error, self.settings.llm_timeout_seconds) from error
        finally:
            metered.reset(token)


def _parse(said: object, shape: type[Items]) -> Items:
    if not isinstance(said, str):
        raise MalformedError("it is no text")
    text = said.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    return shape.model_validate_json(text)
