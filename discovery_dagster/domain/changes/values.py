"""Values of the same thing in two frames, compared as the text that a person reads."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from discovery_dagster.domain.tables.words import Change
from discovery_dagster.domain.texts import as_text

APPEARED: Final = Change.APPEARED
CHANGED: Final = Change.CHANGED


def changed_fields(
    before: pl.DataFrame,
    after: pl.DataFrame,
    keys: list[str],
    fields: Sequence[str],
    further: list[str],
) -> pl.DataFrame:
    """Return one row per key and field whose values differ.

    Args:
        before: unique by `keys`, with `fields`.
        after: likewise, with `further`, too.
        keys: columns; nulls are equal.
        fields: columns of text, numbers or lists of text; the order inside a list says nothing.
        further: further columns of `after` to return.

    Returns:
        `keys`, `further`, `change`, `field`, `before` and `after`.
    """
    written = [as_text(before.schema[name], name).alias(f"before.{name}") for name in fields]
    both = after.join(
        before.select(*keys, *written), on=keys, nulls_equal=True, maintain_order="left"
    )
    parts = []
    for name in fields:
        new = as_text(after.schema[name], name)
        old = pl.col(f"before.{name}")
        parts.append(
            both.filter(new.ne_missing(old)).select(
                *keys,
                *further,
                change=pl.lit(CHANGED),
                field=pl.lit(name),
                before=old,
                after=new,
            )
        )
    return pl.concat(parts)
