"""HTTP to the read API: pages followed to their end, passing failures tried again."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

#: Tries of one request, and the seconds before the second; each further pause is twice as long.
_TRIES, _PAUSE = 4, 0.5

#: Answers that say "later".
_LATER = frozenset({429, 502, 503, 504})

_PAGE = 1000


class DiscoveryError(RuntimeError):
    """The API refused; `status` is the HTTP status, 0 when nothing answered."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Connection:
    """A server and a token for it."""

    def __init__(
        self, url: str, token: str, *, timeout: float, transport: httpx.BaseTransport | None
    ) -> None:
        self._client = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=transport,
        )

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return the document at `path`.

        Raises:
            DiscoveryError: when the API refuses, or does not answer after all tries.
        """
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            try:
                answer = self._client.get(path, params=query)
            except httpx.TransportError as error:
                if last:
                    raise DiscoveryError(0, f"Nothing answers: {error}") from error
                time.sleep(_PAUSE * 2**attempt)
                continue
            if answer.status_code in _LATER and not last:
                time.sleep(_pause(answer, attempt))
                continue
            if answer.is_error:
                raise DiscoveryError(answer.status_code, _detail(answer))
            return answer.json()
        raise AssertionError("unreachable")

    def pages(self, path: str, query: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """Yield the items of every page of a list."""
        cursor: str | None = None
        while True:
            page = self.get(
                path, {**query, "limit": _PAGE, **({"cursor": cursor} if cursor else {})}
            )
            yield page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _pause(answer: httpx.Response, attempt: int) -> float:
    delay = answer.headers.get("retry-after", "")
    return float(delay) if delay.isdigit() else _PAUSE * 2**attempt


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {answer.status_code}."
