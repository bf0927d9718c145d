"""Texts made of columns."""

from itertools import chain, zip_longest

import polars as pl


def formatted(template: str, *parts: pl.Expr | str) -> pl.Expr:
    """Return the template with each `{}` filled, null where a part is null; as `pl.format` would.

    Polars 2.1 panics in `pl.format` where a column's first chunk is empty, as filtering what was
    read in pieces leaves it (pola-rs/polars#25187 has the assertion).

    Args:
        template: with as many `{}` as there are parts.
        parts: columns or their names.

    Raises:
        ValueError: when there are more or fewer parts.
    """
    texts = template.split("{}")
    if len(texts) != len(parts) + 1:
        raise ValueError(f"{template!r} has {len(texts) - 1} places for {len(parts)} parts.")
    literals = (pl.lit(text) if text else None for text in texts)
    pieces = chain.from_iterable(zip_longest(literals, parts))
    return pl.concat_str([piece for piece in pieces if piece is not None])


def as_text(kind: pl.DataType, name: str) -> pl.Expr:
    """Return a column as text; empty lists and empty text are null."""
    column = pl.col(name)
    if isinstance(kind, pl.List):
        text = column.list.sort().list.join(", ")
    elif kind.is_float():
        text = column.cast(pl.String).str.strip_suffix(".0")
    else:
        text = column.cast(pl.String)
    return pl.when(text != "").then(text)
