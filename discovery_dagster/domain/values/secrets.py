"""Secrets in text, such as the password of a connection string: hidden as soon as a cell is read.

The file as it came keeps them; what is made of it, shown, exported or asked of a model does not.
What is a secret is data (`reference/secrets.yaml`).
"""

import json
import re
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.pairs import Value, is_value_key, pairs_in
from discovery_dagster.domain.words import fold

#: The value of a keyword: quoted, in braces, or up to the next blank or semicolon.
_VALUE: Final = r"""(?:"[^"]*"|'[^']*'|\{[^{}]*\}|[^\s;]+)"""
#: That of a keyword in quotes: what JSON has; the members of an object are looked at by themselves.
_QUOTED: Final = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s;,{}\[\]"']+)"""
#: That of a keyword in a JSON text which is itself a string of one.
_ESCAPED: Final = r"""(?:\\+"[^"\\]*\\+"|[^\s;,{}\[\]"'\\]+)"""
_JSON_IN_STRING: Final = re.compile(r'"(?=\s{0,9}[\[{])(?:[^"\\]|\\.)*"', re.DOTALL)


def hide(text: str) -> str:
    """Return `text` with a mask in the place of each secret."""
    text = _hide_pairs(text)
    for pattern in _patterns():
        text = pattern.sub(lambda match: match["kept"] + mask(), text)
    return text


def mask() -> str:
    """What stands in the place of a secret."""
    return str(reference.load("secrets")["mask"])


def hide_cells(cells: pl.Series, header: str = "") -> pl.Series:
    """Return cells without their secrets; those below a header that says so are secrets whole."""
    if names_secret(header):
        return cells.set(cells.is_not_null(), mask())
    hinted = cells.str.contains(reference.load("secrets")["hints"]).fill_null(value=False)
    if not hinted.any():
        return cells
    places = hinted.arg_true()
    hidden = pl.Series([hide(text) for text in cells.gather(places)], dtype=pl.String)
    return cells.clone().scatter(places, hidden)


def names_secret(name: str) -> bool:
    """Whether what goes by `name` is a secret: a header, a keyword, or the name of a pair."""
    words = fold(name)
    head, _, last = words.rpartition(" ")
    if head and is_value_key(last):  # `DB_PASSWORD.value`
        words = head
    return f" {words}".endswith(_words()) or words.endswith(_endings())


def _hide_pairs(text: str) -> str:
    if not _named_in_quotes().search(text):
        return text
    secret = {
        (pair.value.start, pair.value.end)
        for pair in pairs_in(text)
        if names_secret(pair.name) and _is_kept_here(pair.value)
    }
    parts, at = [], 0
    for start, end in sorted(secret):
        parts += [text[at:start], f'"{mask()}"'] if start >= at else []
        at = max(at, end)
    text = "".join([*parts, text[at:]])
    return _JSON_IN_STRING.sub(_hide_inside, text) if '\\"' in text else text


def _hide_inside(match: re.Match[str]) -> str:
    """Hide the secrets of a JSON text that is a string of another."""
    try:
        inside = json.loads(match[0])
    except json.JSONDecodeError:
        return match[0]
    hidden = hide(inside)
    return match[0] if hidden == inside else json.dumps(hidden, ensure_ascii=False)


def _is_kept_here(value: Value) -> bool:
    return value.piece is None or not (
        value.text in {"", "null", "None"} or _reference().fullmatch(value.text)
    )


@cache
def _words() -> tuple[str, ...]:
    return tuple(f" {fold(word)}" for word in reference.load("secrets")["words"])


@cache
def _endings() -> tuple[str, ...]:
    return tuple(map(fold, reference.load("secrets")["endings"]))


@cache
def _reference() -> re.Pattern[str]:
    return re.compile("|".join(reference.load("secrets")["references"]))


@cache
def _named_in_quotes() -> re.Pattern[str]:
    """What stands in a text that may have pairs of JSON: a secret's name as a whole string."""
    return re.compile(rf"""(?i)(?:{_alternatives()})\\*["']""")


def _alternatives() -> str:
    words = reference.load("secrets")["words"]
    return "|".join(re.escape(word).replace(r"\ ", r"[\s._-]?") for word in words)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    rules = reference.load("secrets")
    elsewhere = "|".join([*rules["references"], re.escape(rules["mask"]), "null"])
    own = rf"""(?!["']?(?:{elsewhere})["']?(?:[\s;,}}\]]|\Z))"""
    word = (
        rf"(?:(?<![^\W_])(?:{_alternatives()})|(?:{'|'.join(rules['endings'])})"
        r"|(?<=(?-i:[a-z0-9]))(?-i:Pwd|Secret|Token|Key(?=\s*=)))"
    )
    names, values = (
        "|".join(re.escape(key).replace(r"\ ", "[ _-]?") for key in rules["pairs"][part])
        for part in ("names", "values")
    )
    pair = (
        rf"""\b(?:{names})["']?\s{{0,9}}[:=]\s{{0,9}}["']?[\w./:-]{{0,64}}?{word}["']?"""
        rf"""[\s,;-]{{1,40}}["']?(?:{values})["']?\s{{0,9}}[:=]\s{{0,9}}"""
    )
    settings = (
        rf"(?i)(?P<kept>{pair}){own}{_VALUE}",
        rf"""(?i)(?P<kept>{word}["']\s*[=:]\s*){own}{_QUOTED}""",
        rf"""(?i)(?P<kept>{word}\\{{1,3}}["']\s*[=:]\s*){own}{_ESCAPED}""",
        rf"(?i)(?P<kept>{word}\s*[=:]\s*){own}{_VALUE}",
    )
    return tuple(map(re.compile, (*rules["patterns"], *settings)))
