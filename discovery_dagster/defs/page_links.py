"""The way from Dagster's UI to the pages, which outlives the port that they have today.

A materialisation keeps its link for years, so it names only what does not change: a path of the
Dagster webserver itself, which leads on to where the pages are served by then.
"""

from typing import Final

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.steps import Step

#: Dagster's own UI has no such path.
PAGES_PATH: Final = "/discovery"


def page_link(pages_url: str | None, session: SessionKey, step: Step) -> str:
    """Return the link to the page that shows what a step made.

    Args:
        pages_url: where the owner says that people reach the pages; None: wherever `up` serves
            them.
        session: whose page it is.
        step: that made it.
    """
    base = PAGES_PATH if pages_url is None else pages_url.rstrip("/")
    path = f"engagements/{session.engagement}/sessions/{session.session}/{step.page}"
    return f"{base}/{path}".rstrip("/")
