"""Records of a table of decisions about assets, each by itself; `inventory` knows the assets."""

import polars as pl

from discovery_dagster.domain.canonical.accounts import PROBLEM, Place
from discovery_dagster.domain.decisions.override_lines import COLUMNS, read_cells
from discovery_dagster.domain.source_tables import cell_column
from discovery_dagster.domain.tables import OVERRIDE_LINES
from discovery_dagster.domain.words import fold


def build_overrides(records: pl.DataFrame, place: Place) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the records of a table of decisions.

    Args:
        records: of the table, with `row`.
        place: the table.

    Returns:
        Those that are right by themselves, as `tables.OVERRIDE_LINES`; and all that is wrong with
        the others, as `PROBLEM`.
    """
    header: dict[str, int] = {
        fold(column): at for at, column in reversed(list(enumerate(place.table.header)))
    }
    known: dict[str, int] = {name: header[name] for name in COLUMNS if name in header}
    lines, problems = list[tuple[object, ...]](), list[tuple[object, ...]]()
    for row in records.iter_rows(named=True):
        cells: dict[str, str | None] = {name: row[cell_column(at)] for name, at in known.items()}
        values, wrong = read_cells(cells)
        for error in wrong:
            column = place.table.header[known[error.field]] if error.field in known else None
            value = cells.get(error.field)
            problems.append((row["row"], error.field, column, error.code, error.message, value))
        if not wrong:
            where = (place.table.file, place.table.sheet, row["line"], place.number, row["row"])
            lines.append((*where, *values.values()))
    return (
        pl.DataFrame(lines, schema=dict(OVERRIDE_LINES), orient="row"),
        pl.DataFrame(problems, schema=dict(PROBLEM), orient="row"),
    )
