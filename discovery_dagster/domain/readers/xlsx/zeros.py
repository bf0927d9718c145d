"""Numbers whose format shows zeros in front, as serial numbers and asset tags often have.

Excel keeps 12345 and shows 0012345; what people copied elsewhere is what it shows.
"""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from discovery_dagster.domain.readers.xlsx.scanning import Numbers

#: The parts of what a format shows, from left to right: texts, and counts of digits at least.
Shape = tuple[str | int, ...]

#: A format of digits, at least two of which are always shown, and of texts between them
#: [ECMA-376, 18.8.31]; anything else (points, commas, percent, exponents) is of a quantity.
_PART: Final = re.compile(
    r'(?P<digits>(?:(?<!#)#++)?0+)|"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<plain>[- ()])'
)
_COLOUR: Final = re.compile(r"\[[A-Za-z]+\d*\]")
_WHOLE: Final = r"^\d{1,18}$"


def zero_shape(code: str) -> Shape | None:
    """Return what the format `code` shows of whole numbers, None when it shows no zeros in front.

    Of `"SN-"000000` it is `("SN-", 6)`, of `000-0000` it is `(3, "-", 4)`.
    """
    positive = _COLOUR.sub("", code.split(";")[0])
    parts, at = list[str | int](), 0
    while match := _PART.match(positive, at):
        digits, quoted, escaped, plain = match.groups()
        parts.append(digits.count("0") if digits else quoted or escaped or plain or "")
        at = match.end()
    shown = sum(part for part in parts if isinstance(part, int))
    return tuple(parts) if at == len(positive) and shown > 1 else None


def as_shown(texts: pl.Series, styles: Numbers, shapes: Mapping[int, Shape]) -> pl.Series:
    """Return numbers with the zeros and texts that their formats show.

    Args:
        texts: of numbers as people write them; only whole ones that are not negative change.
        styles: the number of the style of each.
        shapes: by the number of the style.
    """
    if not shapes:
        return texts
    for style in np.intersect1d(styles, np.fromiter(shapes, dtype=np.int32)):
        at = pl.Series(np.flatnonzero(styles == style).astype(np.uint32))
        of_style = pl.DataFrame({"text": texts.gather(at)})
        shown = of_style.select(
            pl.when(pl.col("text").str.contains(_WHOLE))
            .then(_shown(pl.col("text"), shapes[int(style)]))
            .otherwise("text")
        ).to_series()
        texts = texts.scatter(at, shown)
    return texts


def _shown(text: pl.Expr, shape: Shape) -> pl.Expr:
    """Fill the digits from the right, as Excel does; the first place takes what is left over."""
    total = sum(part for part in shape if isinstance(part, int))
    padded, behind, pieces = text.str.zfill(total), 0, list[pl.Expr]()
    first = next(at for at, part in enumerate(shape) if isinstance(part, int))
    for at in reversed(range(len(shape))):
        part = shape[at]
        if isinstance(part, str):
            pieces.append(pl.lit(part))
            continue
        rest = padded.str.head(padded.str.len_chars() - behind) if behind else padded
        pieces.append(rest if at == first else rest.str.tail(part))
        behind += part
    return pl.concat_str(reversed(pieces))
