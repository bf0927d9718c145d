"""How an edge and its evidence are worded, for one edge and for a column of them.

Evidence is ordered by kind: what was declared or inferred comes before what was observed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from discovery_dagster.domain.tables.words import EvidenceKind
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

Edge = Mapping[str, Any]


def describe_edge(edge: Edge) -> str:
    """Say what an edge says and how that is known, such as `a depends on b (a.csv line 4)`."""
    words = load("planning")["words"]
    port = f" on {edge['protocol'] or 'port'} {edge['port']}" if edge.get("port") else ""
    statement = f"{edge['source']} {words[edge['relation']]} {edge['target']}{port}"
    return f"{statement} ({cite(edge['evidence'])})"


def cite(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Say what speaks for an edge: its first piece, and how often it was seen.

    Only what was declared is confirmed by flows; what was never declared is marked as such.
    """
    seen = sum(piece["count"] or 0 for piece in evidence if piece["kind"] == EvidenceKind.OBSERVED)
    first = evidence[0]
    file = f"{first['file']} sheet {first['sheet']}" if first["sheet"] else first["file"]
    if first["kind"] == EvidenceKind.OBSERVED:
        return f"seen in {_flows(seen)}, not declared; {file}"
    place = f"{file} line {first['line']}"
    if first["kind"] == EvidenceKind.INFERRED:
        return f"inferred from {place}" + (
            f", seen in {_flows(seen)}, not declared" if seen else ""
        )
    return f"{place}, confirmed by {_flows(seen)}" if seen else place


def cited(counts: pl.Series) -> pl.Expr:
    """The evidence of an edge in words; `counts` are all numbers of observations that occur."""
    # Polars cannot set thousands apart; a number is worded once, however many edges have it.
    words = {number: _flows(number) for number in counts}
    seen = pl.col("seen").replace_strict(words, return_dtype=pl.String)
    first = pl.col("evidence").list.first().struct
    sheet = pl.when(first.field("sheet").is_not_null()).then(
        formatted(" sheet {}", first.field("sheet"))
    )
    file = first.field("file") + sheet.fill_null("")
    place = formatted("{} line {}", file, first.field("line"))
    inferred = formatted("inferred from {}", place)
    often = pl.col("seen") > 0
    return (
        pl.when(first.field("kind") == EvidenceKind.OBSERVED)
        .then(formatted("seen in {}, not declared; {}", seen, file))
        .when(first.field("kind") == EvidenceKind.INFERRED, often)
        .then(formatted("{}, seen in {}, not declared", inferred, seen))
        .when(first.field("kind") == EvidenceKind.INFERRED)
        .then(inferred)
        .when(often)
        .then(formatted("{}, confirmed by {}", place, seen))
        .otherwise(place)
    )


def _flows(number: int) -> str:
    return "1 flow" if number == 1 else f"{number:,} flows"
