"""The report as one HTML page that needs nothing else: styles, charts and tables are in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from discovery_dagster.domain.report.model import Chart, Contents

_LABEL, _WIDTH, _ROW = 190, 640, 26  # of a chart, in pixels


@dataclass(frozen=True)
class _Mark:
    """One bar as it is drawn."""

    label: str
    value: str
    tone: str
    y: int
    width: float


def render(contents: Contents) -> str:
    """Return the report as HTML; every text in it is escaped."""
    return _template().render(report=contents, marks=_marks, height=_height)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("discovery_dagster.domain.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = _cell
    environment.tests["numeric"] = lambda value: isinstance(value, int | float)
    return environment.get_template("report.html")


def _marks(chart: Chart) -> Sequence[_Mark]:
    most = max((bar.value for bar in chart.bars), default=0)
    space = _WIDTH - _LABEL - 70
    return [
        _Mark(
            bar.label,
            f"{bar.value:,}",
            bar.tone,
            at * _ROW,
            round(max(space * bar.value / most, 2 if bar.value else 0), 1) if most else 0,
        )
        for at, bar in enumerate(chart.bars)
    ]


def _height(chart: Chart) -> int:
    return len(chart.bars) * _ROW


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)
