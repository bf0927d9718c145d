"""Turns a page's context into HTML: the one place that knows Jinja."""

import hashlib
import re
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from discovery_dagster.pages import links, words
from discovery_dagster.pages.frame import Page
from discovery_dagster.store.upload_parts import PART_BYTES

#: Nothing but what this server sends: no inline script or style, no frame, no other host. `data:`
#: and `blob:` are images that the page itself makes of a drawing to save it.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

_CODE = re.compile(r"`([^`]+)`")

STATIC = files("discovery_dagster.pages") / "static"


def render(page: Page) -> str:
    """Return the HTML of a page.

    A template that names what its context has not is an error (`StrictUndefined`), not a gap.
    """
    context = {item.name: getattr(page, item.name) for item in fields(page)}
    return environment().get_template(page.template).render(context)


@cache
def environment() -> Environment:
    """Jinja with everything escaped and the words and links of the pages."""
    jinja = Environment(
        loader=PackageLoader("discovery_dagster.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters.update(
        in_words=words.in_words,
        titled=words.titled,
        number=words.number,
        percent=words.percent,
        moment=words.moment,
        shorter=words.shorter,
        with_code=with_code,
    )
    shared: dict[str, Any] = {
        "links": links,
        "static": static_url,
        "status_looks": words.STATUS_LOOKS,
        "end_words": words.END_WORDS,
        "duration": words.duration,
        "part_bytes": PART_BYTES,
    }
    jinja.globals.update(shared)
    return jinja


def with_code(sentence: str) -> Markup:
    """Return a sentence with what stands between backticks, such as commands, as code."""
    escaped = str(escape(sentence))
    return Markup(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S704 - escaped before


@cache
def static_url(name: str) -> str:
    """URL of a static file, with its content's digest, so that browsers may keep it for good."""
    content = STATIC.joinpath(name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"
