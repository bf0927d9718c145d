"""Names as the tokens that rules about names read: whole words, never parts of one."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster.reference import load

_NUMBER: Final = r"\d+"
_KEPT: Final = "\u00aa"  # a letter that no name has
_LETTER: Final = r"[a-z]"


def shape(column: str) -> pl.Expr:
    """Return the name in lower case, its numbers of several digits made one.

    No rule distinguishes such numbers, so that names of one shape are classified once.
    """
    return pl.col(column).str.to_lowercase().str.replace_all(r"\d{2,}", "00")


def words(column: str) -> pl.Expr:
    """Return the tokens of a name in lower case, each with a blank before and after it.

    A name is parted at all that is no letter or digit, between letters and digits, before the
    `compounds` of `classification.yaml`, and where a token is but an environment, a role and a
    kind of machine written together, as in `devsqlvm`. Of a host's full name only the first label
    is read: a domain says nothing about one host.
    """
    name = pl.col(column).str.strip_chars().str.to_lowercase()
    label = name.str.replace(r"^([a-z0-9_-]+)(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+$", "$1")
    parted = label.str.replace_all(r"[^\p{L}\p{N}]+", " ")
    parted = parted.str.replace_all(r"(\p{L})(\p{N})", "$1 $2")
    parted = parted.str.replace_all(r"(\p{N})(\p{L})", "$1 $2")
    heads = choice(load("classification")["compounds"])
    parted = parted.str.replace_all(rf"(\p{{L}}{{2}})({heads})( |$)", "$1 $2$3")
    for pattern, replacement in (*lettered_roles(), *written_together(), *ending_roles()):
        parted = parted.str.replace_all(pattern, replacement)
    return pl.concat_str(pl.lit(" "), parted.str.strip_chars(), pl.lit(" "))


@cache
def written_together() -> tuple[tuple[str, str], ...]:
    """Return patterns of tokens that are known words written together, and how they are parted."""
    rules = load("classification")
    tiers = rules["tiers"]["name"].values()
    roles = choice(word for listed in tiers for word in listed)
    # Two letters, such as `dr` and `qa`, begin too many other words.
    environments = choice(
        word for listed in load("environments").values() for word in listed["name"] if len(word) > 2
    )
    machines, plain = choice(rules["machines"]), choice(rules["plain_roles"])
    return (
        (rf"\b({environments})({roles})({machines})\b", "$1 $2 $3"),
        (rf"\b({environments})({roles}|{machines})\b", "$1 $2"),
        (rf"\b({roles})({environments}|{machines})\b", "$1 $2"),
        (rf"\b([^\W\d_]{{2,}})({plain})({machines})\b", "$1 $2 $3"),
    )


@cache
def lettered_roles() -> tuple[tuple[str, str], ...]:
    """Return how words that end in a role and the letter of an environment are parted.

    As `manrkmwebp01`: only where a number follows, which other words that end so seldom have.
    """
    rules = load("classification")
    roles, letters = choice(rules["lettered_roles"]), "".join(rules["environment_letters"])
    return (
        (rf"\b({roles})([{letters}])( \d)", "$1 $2$3"),
        (rf"\b([^\W\d_]{{2,}})({roles})([{letters}])( \d)", "$1 $2 $3$4"),
    )


@cache
def ending_roles() -> tuple[tuple[str, str], ...]:
    """Return how words that end in a role are parted, as `lnxweb`: those that products bear not.

    What is a word of its own gets a sign at its end while the others are parted.
    """
    rules = load("classification")
    roles = rules["ending_roles"]
    tiers = (word for listed in rules["tiers"]["name"].values() for word in listed)
    products = (word for one in load("products")["systems"] for word in one.get("words", ()))
    whole = {word for word in (*tiers, *products, *rules["whole_words"]) if " " not in word}
    kept = choice(word for word in whole if word.endswith(tuple(roles)))
    return (
        (rf"\b({kept})\b", f"${{1}}{_KEPT}"),
        (rf"\b([^\W\d_]{{2,}})({choice(roles)})\b", "$1 $2"),
        (_KEPT, ""),
    )


def placed(phrases: Iterable[str], place: str, neutral: Iterable[str] = ()) -> str:
    """Return a pattern of `words` in which one of `phrases` stands at `place`.

    Args:
        phrases: of whole tokens parted by one blank.
        place: `anywhere`, `first`, `last`, `numbered` (a number follows), `end` (only tokens that
            say nothing follow) or `only` (there are no others).
        neutral: tokens that say nothing, beside numbers and single letters.
    """
    chosen, rest = f" (?:{choice(phrases)}) ", nothing(neutral)
    return {
        "anywhere": chosen,
        "first": f"^{chosen}",
        "last": f"{chosen}$",
        "numbered": rf"{chosen}\d",
        "end": f"{chosen}{rest}$",
        "only": f"^{chosen}$",
    }[place]


def ending(column: str, neutral: Iterable[str]) -> pl.Expr:
    """Return the words in `column` without those at either end that say nothing."""
    rest = nothing(neutral)
    inner = pl.col(column).str.replace(f"^ {rest}", " ")
    return inner.str.replace(f" {rest}$", " ")


def holds(column: str, tokens: list[str]) -> pl.Expr:
    """Return whether one of `tokens` is among the words in `column`."""
    return pl.col(column).str.contains_any([f" {token} " for token in sorted(tokens)])


def first_token_in(text: str, tokens: Iterable[str]) -> str | None:
    """Return the first of `tokens` in a text of words, None when none is."""
    match = re.search(f" ({choice(tokens)}) ", text)
    return match[1] if match else None


def nothing(neutral: Iterable[str]) -> str:
    """Return a pattern of words that say nothing: numbers, single letters and `neutral` ones."""
    return f"(?:(?:{_NUMBER}|{_LETTER}|{choice(neutral)}) )*"


def choice(phrases: Iterable[str]) -> str:
    """Return a pattern of any of `phrases`, the longest that fits."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(map(re.escape, ordered)) or r"\b\B"
