"""The one status of a record that has several columns of such.

Tools leave `Operational` and `Normal` standing as defaults beside what matters, so the state that
says most holds, whichever column it stands in (`reference/states.yaml`). What a column says against
a thing's being gone, or not there yet, is shown.
"""

from collections.abc import Sequence

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.canonical.accounts import PROBLEM
from discovery_dagster.domain.tables import empty
from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.values.states import precedence, state_of


def strongest_status(columns: Sequence[pl.Series]) -> pl.Series:
    """Return of the statuses that stand beside each other the one whose state holds.

    Args:
        columns: equally long, the preferred one first; it holds among equal states.
    """
    weights = [precedence(state_of(cells)).set(cells.is_null(), None) for cells in columns]
    frame = pl.DataFrame(
        {f"{kind}{at}": each for kind, every in (("status", columns), ("weight", weights))
         for at, each in enumerate(every)}
    )  # fmt: skip
    least = pl.min_horizontal(pl.col("^weight.*$"))
    return frame.select(
        status=pl.coalesce(
            pl.when(pl.col(f"weight{at}") == least).then(f"status{at}")
            for at in range(len(columns))
        )
    ).to_series()


def contradictions(
    rows: pl.Series, headers: Sequence[str], columns: Sequence[pl.Series]
) -> pl.DataFrame:
    """Return where a column says that a thing is in service which another says is not.

    Args:
        rows: number of each record.
        headers: of the columns.
        columns: their cells, as `strongest_status` takes them.

    Returns:
        `PROBLEM`: one row for each cell that does not hold.
    """
    if len(columns) < 2:
        return empty(PROBLEM)
    words = reference.load("states")
    chosen = strongest_status(columns)
    stays = state_of(chosen).is_in(list(words["not_moving"])).fill_null(value=False)
    problems = [
        pl.DataFrame({"row": rows, "value": cells, "chosen": chosen})
        .filter(stays & state_of(cells).is_in(words["contradicting"]).fill_null(value=False))
        .select(
            pl.col("row").cast(pl.UInt32),
            pl.lit("status").alias("field"),
            pl.lit(header).alias("column"),
            pl.lit("contradicting_status").alias("code"),
            formatted(
                '"{}" contradicts "{}" in another column of the record, which holds.',
                "value",
                "chosen",
            ).alias("message"),
            "value",
        )
        for header, cells in zip(headers, columns, strict=True)
    ]
    return pl.concat(problems)
