"""What a worksheet of XLSX holds, and texts that are cut to it.

Source: "Excel specifications and limits", Microsoft.
"""

import re
from typing import Final

import polars as pl

ROWS: Final = 1_048_576
COLUMNS: Final = 16_384
CELL: Final = 32_767  # characters
_NAME: Final = 31  # characters of a sheet's name

#: How a text ends that is longer than a cell holds.
_CUT: Final = " … [cut: a cell holds no more]"
_KEPT: Final = CELL - len(_CUT)


def fitted(text: str) -> str:
    """Return `text`, cut with a mark where it is longer than a cell of a worksheet holds."""
    return text if len(text) <= CELL else text[:_KEPT] + _CUT


def fitted_cells(texts: pl.Expr) -> pl.Expr:
    """Return the same of a column."""
    cut = pl.concat_str(texts.str.head(_KEPT), pl.lit(_CUT))
    return pl.when(texts.str.len_chars() > CELL).then(cut).otherwise(texts)


def sheet_name(name: str, used: set[str]) -> str:
    """Return `name` as a sheet may be called, and add it to those that are `used`."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", "-", name).strip("' ") or "table"
    return unused_name("History -" if plain.lower() == "history" else plain, used, _NAME)


def unused_name(name: str, used: set[str], longest: int) -> str:
    """Return `name`, cut and numbered so that no other is the same but for its case.

    Args:
        name: that somebody wants.
        used: names in lower case; the one that is returned is added.
        longest: characters that it may have.
    """
    chosen, number = name[:longest].strip("' "), 2
    while chosen.lower() in used:
        ending = f" ({number})"
        chosen, number = name[: longest - len(ending)].strip("' ") + ending, number + 1
    used.add(chosen.lower())
    return chosen
