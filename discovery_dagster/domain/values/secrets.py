"""Secrets in text, such as the password of a connection string: hidden as soon as a cell is read.

The file as it came keeps them; what is made of it, shown, exported or asked of a model does not.
What is a secret is data (`reference/secrets.yaml`).
"""

import re
from functools import cache

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.words import fold

#: The value of a keyword: quoted, in braces, or up to the next blank or semicolon.
_VALUE = r"""(?:"[^"]*"|'[^']*'|\{[^}]*\}|[^\s;]+)"""


def hide(text: str) -> str:
    """Return `text` with a mask in the place of each secret."""
    mask = reference.load("secrets")["mask"]
    for pattern in _patterns():
        text = pattern.sub(lambda found: found["kept"] + mask, text)
    return text


def hide_cells(cells: pl.Series, header: str = "") -> pl.Series:
    """Return cells without their secrets; those below a header that says so are secrets whole."""
    if _names_secret(header):
        return cells.set(cells.is_not_null(), reference.load("secrets")["mask"])
    hinted = cells.str.contains(reference.load("secrets")["hints"]).fill_null(value=False)
    if not hinted.any():
        return cells
    places = hinted.arg_true()
    hidden = pl.Series([hide(text) for text in cells.gather(places)], dtype=pl.String)
    return cells.clone().scatter(places, hidden)


def _names_secret(header: str) -> bool:
    words = f" {fold(header)}"
    return any(words.endswith(f" {fold(word)}") for word in reference.load("secrets")["words"])


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    rules = reference.load("secrets")
    words = "|".join(re.escape(word).replace(r"\ ", r"[\s._-]?") for word in rules["words"])
    setting = rf"""(?i)(?P<kept>(?<![^\W_])(?:[\w.-]*[._-])?(?:{words})["']?\s*[=:]\s*){_VALUE}"""
    camel = rf"(?P<kept>[a-z](?:Password|Passwd|Pwd|Secret|Token|Key)\s*=\s*){_VALUE}"
    return tuple(map(re.compile, (*rules["patterns"], setting, camel)))
