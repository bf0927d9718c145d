"""Somebody who has signed in with a browser that runs no scripts, and fills forms in."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from discovery_dagster.domain.roles import Role
from discovery_dagster_tests.serving import Served


@dataclass(frozen=True)
class Person:
    """Their browser; `headers` of a call stand for what another site or program would send."""

    browser: httpx.Client

    def page(self, path: str) -> str:
        """The text of a page."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, f"{answer.status_code} {path}"
        return html.unescape(answer.text)

    def hidden(self, path: str) -> dict[str, str]:
        """What the forms of a page carry."""
        field = r'<input type="hidden" name="(\w+)" value="([^"]*)"'
        return dict(re.findall(field, self.page(path)))

    def send(
        self,
        path: str,
        hidden: dict[str, str],
        headers: dict[str, str] | None = None,
        **fields: str | list[str],
    ) -> httpx.Response:
        """Send a form with what its page carried, and what somebody filled in."""
        return self.browser.post(path, data={**hidden, **fields}, headers=headers or {})


@contextmanager
def signed_in(
    served: Served,
    client: str,
    *engagements: str,
    role: Role = Role.EDITOR,
    name: str | None = "Ann Li",
) -> Iterator[Person]:
    """Somebody with a token of their own."""
    token = served.token(client, *engagements, role=role, name=name)
    with httpx.Client(base_url=served.url, timeout=60) as browser:
        assert browser.post("/sign-in", data={"token": token}).status_code == 303
        yield Person(browser)
