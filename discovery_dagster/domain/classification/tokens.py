"""Names as the tokens that rules about names read: whole words, never parts of one."""

import polars as pl


def words(column: str) -> pl.Expr:
    """Return the tokens of a name in lower case, each with a blank before and after it.

    A name is parted at all that is no letter or digit, and between letters and digits. Of a host's
    full name only the first label is read: a domain says nothing about one host.
    """
    name = pl.col(column).str.strip_chars().str.to_lowercase()
    label = name.str.replace(r"^([a-z0-9_-]+)(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+$", "$1")
    parted = label.str.replace_all(r"[^\p{L}\p{N}]+", " ")
    parted = parted.str.replace_all(r"(\p{L})(\p{N})", "$1 $2")
    parted = parted.str.replace_all(r"(\p{N})(\p{L})", "$1 $2")
    return pl.concat_str(pl.lit(" "), parted.str.strip_chars(), pl.lit(" "))


def holds(column: str, tokens: list[str]) -> pl.Expr:
    """Return whether one of `tokens` is among the words in `column`."""
    return pl.col(column).str.contains_any([f" {token} " for token in sorted(tokens)])


def first_held(column: str, tokens: list[str]) -> pl.Expr:
    """Return the first of `tokens` among the words in `column`, null when none is."""
    pattern = "|".join(sorted(tokens, key=lambda token: (-len(token), token)))
    return pl.col(column).str.extract(f" ({pattern}) ", 1)
