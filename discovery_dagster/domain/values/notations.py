r"""What tools write around names: `CORP\web01`, `web01$`, `/shop-db`, `[web01]`, `web01.`.

Which signs are notation is data (`reference/notations.yaml`). What stands on both sides of a
backslash is recognised by the words, here by those of one column; other records may show it as
well, see `canonical/windows_names`.
"""

from functools import cache
from typing import Final

import polars as pl

from discovery_dagster.reference import load

#: A name of two words with a backslash between them.
TWO_PARTS: Final = r"^([^\\\s]+)\\([^\\\s]+)$"
_ANY: Final = r"^[\\/\[]|[.$\]]$"  # of a name that may be decorated
_SIDES: Final = {"left": 1, "right": 2}


def without_decorations(cells: pl.Series) -> pl.Series:
    """Return names without the signs around them that are no part of them."""
    at = cells.str.contains(_ANY).fill_null(value=False).arg_true()
    if not len(at):
        return cells
    names = cells.gather(at)
    for pattern, rest in load("notations")["decorations"]:
        names = names.str.replace(pattern, rest)
    return cells.clone().scatter(at, _unless_they_differ_there_only(names, cells.gather(at)))


def _unless_they_differ_there_only(names: pl.Series, written: pl.Series) -> pl.Series:
    """Keep what is written where several names differ only in their decorations."""
    both = pl.DataFrame({"name": names, "written": written})
    kept = pl.when(pl.col("written").n_unique().over("name") > 1)
    return both.select(kept.then("written").otherwise("name").alias("name")).to_series()


def parted(names: pl.Series) -> pl.DataFrame:
    """Return `left` and `right` of the backslash of each name, in lower case, null without one."""
    lower = names.str.to_lowercase()
    return pl.DataFrame({side: lower.str.extract(TWO_PARTS, at) for side, at in _SIDES.items()})


def are_instances(parts: pl.DataFrame) -> pl.Series:
    """Return whether what stands right of each backslash is a database instance, not a host.

    It is by its words, or where the column has more hosts on the left than instances on the right;
    a domain has many hosts.

    Args:
        parts: as `parted` returns them, of one column.
    """
    named = pl.col("right").str.contains(_instances())
    repeated = pl.col("left").n_unique() > pl.col("right").n_unique()
    filled = parts.drop_nulls()
    more = bool(filled.select(repeated).item()) if filled.height > 1 else False
    return parts.select((named | pl.lit(more)).fill_null(value=False).alias("is")).to_series()


@cache
def _instances() -> str:
    return f"^(?:{'|'.join(f'(?:{pattern})' for pattern in load('notations')['instances'])})$"
