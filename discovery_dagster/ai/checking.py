"""Whether the configured model's server answers: one tiny request that says nothing of a client.

Without CrewAI, which takes seconds to import.
"""

import time
from dataclasses import dataclass

import httpx

from discovery_dagster.settings import Settings

_QUESTION = "Answer with the one word: yes"


@dataclass(frozen=True)
class Check:
    """Whether the server answers as it must, and the sentence that says so."""

    answers: bool
    sentence: str


def check(settings: Settings) -> Check:
    """Send one request to the configured model, or say that none is configured."""
    if settings.llm_base_url is None:
        return Check(
            False,
            "No model is configured: set DISCOVERY_LLM_BASE_URL and DISCOVERY_LLM_MODEL to have"
            " one asked.",
        )
    model, host = settings.llm_model, settings.llm_host
    began = time.monotonic()
    try:
        # Directly, as the flows do: proxies of the environment are not used.
        with httpx.Client(trust_env=False, timeout=settings.llm_timeout_seconds) as client:
            response = client.post(
                f"{settings.llm_base_url.rstrip('/')}/chat/completions",
                headers={"authorization": f"Bearer {settings.llm_api_key.get_secret_value()}"},
                json={"model": model, "messages": [{"role": "user", "content": _QUESTION}]},
            )
    except httpx.TimeoutException:
        seconds = settings.llm_timeout_seconds
        return Check(False, f"{host} did not answer within {seconds:g} s.")
    except (httpx.HTTPError, httpx.InvalidURL):
        return Check(False, f"{host} cannot be reached: check DISCOVERY_LLM_BASE_URL.")
    if response.status_code != httpx.codes.OK:
        return Check(False, _refusal(response.status_code, host, model or ""))
    if not _is_completion(response):
        return Check(
            False,
            f"{host} answers, but not as an OpenAI-compatible server does:"
            " check the path in DISCOVERY_LLM_BASE_URL.",
        )
    return Check(True, f"{model} at {host} answers, in {time.monotonic() - began:.1f} s.")


def _refusal(status: int, host: str, model: str) -> str:
    match status:
        case 401 | 403:
            return f"{host} refuses the key ({status}): check DISCOVERY_LLM_API_KEY."
        case 404:
            return (
                f"{host} knows no model {model}, or no chat at this path (404):"
                " check DISCOVERY_LLM_MODEL and DISCOVERY_LLM_BASE_URL."
            )
        case 429:
            return f"{host} accepts no more requests now (429): try later, or check the account."
    return f"{host} answered with status {status}."


def _is_completion(response: httpx.Response) -> bool:
    try:
        return isinstance(response.json()["choices"][0]["message"], dict)
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return False
