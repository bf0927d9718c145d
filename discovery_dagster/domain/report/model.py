"""What a report is made of: sections of sentences, charts, a drawing and tables."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from discovery_dagster.domain.report.drawing import Drawing

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Bar:
    """One bar of a chart; `tone` is good, warn, bad, quiet or none."""

    label: str
    value: int
    tone: str = ""


@dataclass(frozen=True)
class Chart:
    """Numbers of one kind beside each other."""

    title: str
    bars: Sequence[Bar]

    @property
    def description(self) -> str:
        """The chart in words, for those who do not see it."""
        return f"{self.title}: " + ", ".join(f"{bar.label} {bar.value:,}" for bar in self.bars)


@dataclass(frozen=True)
class Table:
    """A table; the page shows the first rows and columns, the workbook all."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    empty: str = "None."
    page_columns: int | None = None  # how many the page shows; None for all
    page_rows: int = 40
    printed: int = 1  # sheets of paper that the workbook prints of it at most


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    name: str  # short, for links and sheets
    title: str
    sentences: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    drawing: Drawing | None = None
    points: Sequence[str] = ()  # a list below the sentences
    #: Parts of the first page, by what they say: a heading with sentences.
    parts: Sequence[tuple[str, Sequence[str]]] = ()

    def without_empty_charts(self) -> Self:
        """Leave out charts in which every number is 0."""
        drawn = [chart for chart in self.charts if any(bar.value for bar in chart.bars)]
        return replace(self, charts=drawn)


@dataclass(frozen=True)
class Contents:
    """The whole report."""

    client: str  # the client's name
    engagement: str
    session: str
    title: str | None
    imported: str  # day, ISO 8601
    figures: Sequence[tuple[str, str]]  # what, number
    sections: Sequence[Section] = field(default_factory=tuple)


def counted(rows: Rows, column: str) -> list[Bar]:
    """Count the values of a column, the most frequent first, what says nothing last."""
    counts = Counter(row[column] or "not stated" for row in rows)
    quiet = {"unknown", "not stated", "other"}
    ordered = sorted(counts.items(), key=lambda item: (item[0] in quiet, -item[1], item[0]))
    return [Bar(label(name), number, "quiet" if name in quiet else "") for name, number in ordered]


def most_first(item: tuple[Iterable[str], int]) -> tuple[int, Iterable[str]]:
    """Order pairs of a key and a number by number, the greatest first."""
    return -item[1], item[0]


def label(name: str | None) -> str:
    """Return the words of a name."""
    return (name or "").replace("_", " ")


def number_of(number: int) -> str:
    """Write a number with its thousands apart."""
    return f"{number:,}"


def some(number: int, noun: str, many: str | None = None) -> str:
    """Write a number of things, such as `1 asset` or `2 assets`."""
    return f"{number_of(number)} {noun if number == 1 else many or noun + 's'}"


def few(names: Sequence[str], most: int = 25) -> str:
    """Join names; the last ones of many are a number."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {number_of(more)} more" if more > 0 else "")


def moment(text: str) -> str:
    """Write a point in time (ISO 8601) to the minute, with its zone where it has one."""
    zone = " UTC" if text.endswith("Z") else ""
    return text[:16].replace("T", " ") + zone
