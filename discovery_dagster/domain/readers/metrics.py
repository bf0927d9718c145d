"""Metrics in Prometheus' text format, such as those of a service graph or a mesh.

    traces_service_graph_request_total{client="web",server="cart"} 42

Source: the exposition format in Prometheus' documentation, and OpenMetrics. The samples of a metric
are a table with a column for each label; what they mean is their format's matter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from discovery_dagster.domain.file_limits import Limits, Tally, check_limit
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignored_record,
    read_record,
    rejected_record,
    source_table,
)
from discovery_dagster.domain.source_tables import FileReading, SourceTable

_LABEL: Final = re.compile(r'(?<!\w)([a-zA-Z_]\w*+)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*')
_SAMPLE: Final = re.compile(
    r'(?P<metric>[a-zA-Z_:][\w:]*)\s*\{\s*(?P<labels>(?:[a-zA-Z_]\w*+\s*+=\s*+"(?:[^"\\]|\\.)*+"\s*+,?+\s*+)*+)\}'
    r"\s*(?P<value>[-+\w.]+)(?:\s+-?[\d.]+)?(?:\s+#.*)?"
)
_ESCAPED: Final = re.compile(r"\\(.)")
_COUNTED: Final = re.compile(r"_(?:total|count)$")
_LINES: Final = 50  # that tell whether a text is of metrics


@dataclass(frozen=True)
class _Line:
    """A line of a metric's table: what a sample says, or why it says nothing."""

    number: int
    cells: dict[str, str] | None
    record: Record | None = None


def is_metrics(start: str) -> bool:
    """Whether a text that starts like this is of metrics, some of them with labels."""
    lines = [line.strip() for line in start.splitlines()[:_LINES]]
    filled = [line for line in lines if line and not line.startswith("#")]
    return bool(filled) and all(_SAMPLE.fullmatch(line) for line in filled[:-1] or filled)


def read_metrics(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the samples of `text`, of which `is_metrics` holds."""
    tables: dict[str, list[_Line]] = {}
    waiting: list[_Line] = []  # comments stand above the metric that they are of
    for number, line in enumerate(text.splitlines(), 1):
        sample = _SAMPLE.fullmatch(line.strip())
        if sample:
            own = tables.setdefault(sample["metric"], [])
            own.extend([*waiting, _Line(number, _cells(sample))])
            waiting = []
        else:
            waiting.append(_Line(number, None, _unread(number, line)))
    if waiting and tables:
        next(reversed(tables.values())).extend(waiting)
    count = Tally.of_sparse(name, len(text), limits)
    read_tables = tuple(_table(name, *each, limits, count) for each in tables.items())
    return FileReading("metrics", read_tables, encoding)


def _cells(sample: re.Match[str]) -> dict[str, str]:
    labels = {key: _ESCAPED.sub(r"\1", value) for key, value in _LABEL.findall(sample["labels"])}
    return {**labels, "requests" if _COUNTED.search(sample["metric"]) else "value": sample["value"]}


def _unread(number: int, line: str) -> Record:
    if not line.strip() or line.lstrip().startswith("#"):
        return ignored_record(number, "comment" if line.strip() else "blank_line")
    return rejected_record(number, "no_sample", line)


def _table(
    name: str, metric: str, lines: Sequence[_Line], limits: Limits, count: Tally
) -> SourceTable:
    header = list(dict.fromkeys(column for line in lines for column in line.cells or ()))
    check_limit(name, "columns", len(header), limits.columns)
    count.add(len(header) * len(lines))
    records = frame_of_records(
        (
            line.record
            or read_record(
                line.number, [(line.cells or {}).get(column) for column in header], len(header)
            )
            for line in lines
        ),
        len(header),
    )
    return source_table(name, metric, header, 0, records, limits)
