"""A person at a browser: signs in, opens pages, and hears what the browser complains about."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, BrowserContext, Page

from discovery_dagster_tests.serving import Served

#: Where Debian's package puts the browser; nothing is downloaded.
CHROMIUM = Path("/usr/bin/chromium")

DESKTOP, TABLET, PHONE = (1360, 900), (820, 1180), (390, 844)


@dataclass
class Visitor:
    """Somebody with a token; `complaints` are errors of scripts and refusals of the policy."""

    server: Served
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        browser: Browser,
        server: Served,
        client: str,
        scheme: str = "light",
        size: tuple[int, int] = DESKTOP,
        bypass_csp: bool = False,
        token: str | None = None,
    ) -> "Visitor":
        """Sign somebody in who may see one client, or has a token of their own."""
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,  # type: ignore[arg-type]
            bypass_csp=bypass_csp,
            reduced_motion="reduce",
        )
        visitor = cls(server, context)
        page = visitor.page()
        page.goto("/engagements")
        page.get_by_label("Token").fill(token or server.token(client))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/engagements")
        page.close()
        return visitor

    def page(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        page.on(
            "console",
            lambda query: self.complaints.append(query.text) if query.type == "error" else None,
        )
        return page

    def open(self, url: str, tab: Page | None = None) -> Page:
        """A tab, a new one or `tab`, on a page of the site, with everything that follows loaded.

        Many pages are quicker seen in one tab: each new one is a process of its own.
        """
        page = tab or self.page()
        page.goto(url)
        settled(page)
        return page

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.context.close()


def settled(page: Page) -> None:
    """Wait until drawings are drawn and no part of the page is still to come."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        "() => !document.querySelector('.htmx-request, [hx-trigger=load]')"
        " && [...document.querySelectorAll('[data-map]')].every(map => map.dataset.drawn)",
        polling=100,
        timeout=30_000,
    )


def keep(page: Page, name: str) -> None:
    """Save a screenshot where people and CI find it."""
    folder = Path(os.environ.get("DISCOVERY_ARTIFACTS", "artifacts")) / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
