"""Small bar charts of counts, as SVG. Counts and words of the vocabularies only, never cells."""

from collections.abc import Mapping, Sequence
from html import escape

import polars as pl

#: Lower bounds of the classes in which needs and dependants of an asset are counted.
_DEGREES = (0, 1, 2, 3, 6, 11, 21, 51)

_ROW, _LABELS, _BARS, _NUMBERS = 20, 130, 240, 70


def bar_chart(title: str, bars: Sequence[tuple[str, int]]) -> str:
    """Draw a horizontal bar for each of `bars`, from label and number.

    Returns:
        An SVG document; the longest bar fills the width.
    """
    longest = max((number for _, number in bars), default=0) or 1
    width, height = _LABELS + _BARS + _NUMBERS, _ROW * (len(bars) + 1) + 8
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="4" y="15" font-weight="bold">{escape(title)}</text>',
    ]
    for row, (label, number) in enumerate(bars, start=1):
        top = _ROW * row + 4
        length = round(_BARS * number / longest, 1)
        lines += [
            f'<text x="{_LABELS - 6}" y="{top + 12}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{_LABELS}" y="{top}" width="{length}" height="{_ROW - 5}" fill="#4f6bed"/>',
            f'<text x="{_LABELS + length + 5}" y="{top + 12}">{number}</text>',
        ]
    return "\n".join([*lines, "</svg>"])


def degrees(nodes: pl.DataFrame) -> dict[str, int]:
    """Count assets by how many edges they have, in classes such as `3-5`.

    Args:
        nodes: with `fan_in` and `fan_out`, a row an asset.
    """
    degree = nodes.select(pl.col("fan_in") + pl.col("fan_out")).to_series()
    counts = {}
    for lower, upper in zip(_DEGREES, [*_DEGREES[1:], None], strict=True):
        inside = degree >= lower if upper is None else degree.is_between(lower, upper - 1)
        counts[_class_name(lower, upper)] = int(inside.sum())
    return counts


def by_degree(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Bars of what `degrees` counted, in their order."""
    return sorted(counts.items(), key=lambda bar: int(bar[0].rstrip("+").split("-")[0]))


def by_size(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Bars in the order of their size, with spaces for the words' underscores."""
    ordered = sorted(counts.items(), key=lambda bar: (-bar[1], bar[0]))
    return [(name.replace("_", " "), number) for name, number in ordered]


def _class_name(lower: int, upper: int | None) -> str:
    if upper is None:
        return f"{lower}+"
    return str(lower) if upper == lower + 1 else f"{lower}-{upper - 1}"
