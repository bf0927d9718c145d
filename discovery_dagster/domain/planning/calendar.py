"""Dates of a plan: windows of waves, periods in which nothing moves, and the work of each wave.

Dates are optional, and move nothing: what a window cannot hold is said. How long it takes to move
an asset is data (`effort.yaml`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import polars as pl

from discovery_dagster.domain.decisions.constraints import Constraint, ResolvedConstraints
from discovery_dagster.reference import load

_NAMED: Final = 3  # assets that a sentence names


@dataclass(frozen=True)
class Window:
    """The days on which a wave moves."""

    wave: int
    first: date
    last: date
    constraint: Constraint

    @classmethod
    def of(cls, wave: int, constraint: Constraint) -> "Window":
        """The window that a constraint sets."""
        first = date.fromisoformat(constraint.values[1])
        return cls(wave, first, first + timedelta(days=int(constraint.values[2]) - 1), constraint)

    @property
    def words(self) -> str:
        """The window in words."""
        until = f" to {self.last}" if self.last != self.first else ""
        return f"The window of wave {self.wave}, {self.first}{until},"


def windows(constraints: ResolvedConstraints) -> dict[int, Window]:
    """Return the window of each wave that has one."""
    return {wave: Window.of(wave, one) for wave, one in sorted(constraints.windows.items())}


def dated(
    waves: pl.DataFrame, placements: pl.DataFrame, types: pl.DataFrame, held: Mapping[int, Window]
) -> pl.DataFrame:
    """Add to waves the first and last day of their window, and the hours of work.

    Args:
        waves: `wave` of each.
        placements: `asset_id`, `wave` and `strategy` of what moves.
        types: `asset_id` and `type`.
        held: as `windows` returns.
    """
    hours, factors = (
        {name: float(number) for name, number in load("effort")[part].items()}
        for part in ("hours", "factors")
    )
    hours_of = pl.col("type").replace_strict(
        hours, default=hours["default"], return_dtype=pl.Float64
    )
    factor = pl.col("strategy").replace_strict(factors, default=1.0, return_dtype=pl.Float64)
    work = (
        placements.drop_nulls("wave")
        .join(types, on="asset_id")
        .group_by("wave")
        .agg((hours_of * factor).sum().alias("effort_hours"))
    )
    days = [(wave, str(one.first), str(one.last)) for wave, one in held.items()]
    schema = {"wave": pl.UInt32(), "starts": pl.String(), "ends": pl.String()}
    table = pl.DataFrame(days, schema=schema, orient="row")
    joined = waves.join(work, on="wave", how="left", maintain_order="left")
    return joined.join(table, on="wave", how="left", maintain_order="left").with_columns(
        pl.col("effort_hours").fill_null(0.0)
    )


def broken(
    waves: pl.DataFrame,
    placements: pl.DataFrame,
    names: Mapping[str, str],
    held: Mapping[int, Window],
    constraints: ResolvedConstraints,
) -> list[tuple[Constraint, str]]:
    """Return what windows cannot hold, and why.

    Args:
        waves: as `dated` returns, with `assets`.
        placements: `asset_id` and `wave`.
        names: of assets.
        held: as `windows` returns.
        constraints: what people set.
    """
    return [
        *_of_no_wave(waves, held),
        *_in_order(held),
        *_frozen(placements, names, held, constraints),
        *_too_much(waves, held, constraints.capacity),
    ]


def _of_no_wave(
    waves: pl.DataFrame, held: Mapping[int, Window]
) -> Iterator[tuple[Constraint, str]]:
    known = set(waves["wave"])
    for wave, window in held.items():
        if wave not in known:
            yield window.constraint, f"The plan has no wave {wave}: nothing moves in its window."


def _in_order(held: Mapping[int, Window]) -> Iterator[tuple[Constraint, str]]:
    for before, after in pairwise(held.values()):
        if after.first <= before.last:
            yield (
                after.constraint,
                f"{after.words} begins before that of wave {before.wave} ends, on {before.last}:"
                " what it needs may not have moved.",
            )


def _frozen(
    placements: pl.DataFrame,
    names: Mapping[str, str],
    held: Mapping[int, Window],
    constraints: ResolvedConstraints,
) -> Iterator[tuple[Constraint, str]]:
    wave_of = dict(placements.select("asset_id", "wave").iter_rows())
    for ids, period in constraints.periods:
        first, last = (date.fromisoformat(text) for text in period.values[:2])
        for wave, window in held.items():
            if window.last < first or last < window.first:
                continue
            here = ids and sorted(names[one] for one in ids if wave_of.get(one) == wave)
            if ids is None:
                yield (
                    period,
                    f"{window.words} lies in it. {window.constraint.sentence}.",
                )
            elif here:
                more = f" and {len(here) - _NAMED:,} more" if len(here) > _NAMED else ""
                listed = ", ".join(here[:_NAMED]) + more
                yield period, f"{window.words} lies in it, and {listed} would move then."


def _too_much(
    waves: pl.DataFrame, held: Mapping[int, Window], capacity: Constraint | None
) -> Iterator[tuple[Constraint, str]]:
    if capacity is None:
        return
    most = int(capacity.values[0])
    for wave, assets, hours in waves.select("wave", "assets", "effort_hours").iter_rows():
        if hours > most:
            window = held[wave].words if wave in held else f"Wave {wave}"
            yield (
                capacity,
                f"{window} has {assets:,} assets that take about {hours:,.0f} hours, more than"
                f" {most:,}.",
            )
