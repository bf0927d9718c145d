"""When two values that sources have for one thing mean the same: these are no conflict.

What a field's values are compared as is data (`precedence.yaml`, `compared`). Spellings of places
and makers are learned, too: two that stand for each other in nearly all things of which both are
said.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.software import recognise
from discovery_dagster.domain.values.states import state_of
from discovery_dagster.domain.words import fold

#: Numbers that differ by less than this share of the chosen one are one number, rounded apart.
_ROUNDING: Final = 0.01


def differing(field: str, held: pl.DataFrame) -> pl.Series:
    """Return whether each value means another thing than the chosen one.

    Args:
        field: of `frames.ATTRIBUTES`, or `declared_type`.
        held: `value` and `winner`, what was chosen; of numbers, `memory`, of the thing in GiB.
    """
    if held["value"].dtype != pl.String:
        return _numbers(field, held)
    pairs = held.select("value", "winner").drop_nulls().unique(maintain_order=True)
    compared = reference.load("precedence")["compared"]
    same = _ALIKE.get(compared.get(field, ""), _spelled_alike)(field, pairs)
    verdicts = pairs.with_columns(same | _spelled_alike(field, pairs))
    if field in compared["learned"]:
        counted = held.filter(pl.col("value") != pl.col("winner")).group_by("value", "winner").len()
        verdicts = verdicts.join(counted, on=["value", "winner"], how="left", maintain_order="left")
        verdicts = verdicts.with_columns(pl.col("same") | _learned().fill_null(value=False))
    joined = held.join(verdicts, on=["value", "winner"], how="left", maintain_order="left")
    # Where nothing was chosen, such as a version beside another system's name, nothing lost.
    return ~joined["same"].fill_null(value=True)


def _numbers(field: str, held: pl.DataFrame) -> pl.Series:
    gap = (pl.col("value") - pl.col("winner")).abs()
    allowed = reference.load("precedence")["tolerance"].get(field, {})
    most = [
        pl.col("winner").abs() * allowed.get("share", _ROUNDING),
        pl.lit(allowed.get("most", 0)),
    ]
    if allowed.get("memory"):
        # What a platform provisions for a machine includes a file as large as its memory.
        most.append(pl.col("memory").fill_null(0) * 1.0737 + pl.col("winner").abs() * _ROUNDING)
    bound = pl.max_horizontal(*(one.cast(pl.Float64) for one in most))
    decimal = pl.lit(value=False)
    if allowed.get("decimal"):
        ratio = pl.max_horizontal("value", "winner") / pl.min_horizontal("value", "winner")
        decimal = (ratio - 1.073741824).abs() < _ROUNDING / 2
    return held.select((gap > bound) & ~decimal.fill_null(value=False)).to_series()


def _spelled_alike(field: str, pairs: pl.DataFrame) -> pl.Series:
    def text(column: str) -> pl.Expr:
        return pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ")

    return pairs.select(same=text("value") == text("winner")).to_series()


def _words(field: str, pairs: pl.DataFrame) -> pl.Series:
    """Both are words of a vocabulary for one thing."""
    meanings = _vocabulary(field)
    return _both(pairs, lambda word: meanings.get(fold(word), word))


def _states(field: str, pairs: pl.DataFrame) -> pl.Series:
    """Both say the same of a thing's life: what runs is in service, whatever its health."""
    classes = reference.load("precedence")["compared"]["states"]
    of = {state: name for name, states in classes.items() for state in states}
    known = [
        state_of(pairs[side]).replace_strict(of, default=None, return_dtype=pl.String)
        for side in ("value", "winner")
    ]
    # An unknown word contradicts nothing.
    return (known[0] == known[1]).fill_null(value=True).alias("same")


def _systems(field: str, pairs: pl.DataFrame) -> pl.Series:
    """Both name one operating system; a version says more than none, or than its beginning."""
    sides = [
        recognise(pairs.select(text=side, version_text=pl.lit(None, pl.String)))
        for side in ("value", "winner")
    ]
    both = pl.DataFrame(
        {
            f"{name}{at}": side[name]
            for at, side in enumerate(sides)
            for name in ("family", "rule", "version")
        }
    )
    same = [
        one["family0"] is not None
        and one["family0"] == one["family1"]
        and _one_rule(one["rule0"], one["rule1"])
        and _begins(one["version0"], one["version1"])
        for one in both.iter_rows(named=True)
    ]
    return pl.Series("same", same, dtype=pl.Boolean)


def _one_rule(one: str, other: str) -> bool:
    general = reference.load("precedence")["compared"]["general_systems"]
    return one == other or one in general or other in general


def _begins(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return True
    short, long = sorted((fold(one).split(), fold(other).split()), key=len)
    return long[: len(short)] == short


def _versions(field: str, pairs: pl.DataFrame) -> pl.Series:
    same = [_begins(a.replace(".", " "), b.replace(".", " ")) for a, b in pairs.iter_rows()]
    return pl.Series("same", same, dtype=pl.Boolean)


def _hosts(field: str, pairs: pl.DataFrame) -> pl.Series:
    """One is the other with its domain."""

    def host(side: str) -> pl.Expr:
        return pl.col(side).str.to_lowercase().str.extract(r"^([^.]*)").str.strip_chars()

    return pairs.select(same=host("value") == host("winner")).to_series()


def _types(field: str, pairs: pl.DataFrame) -> pl.Series:
    """One says more than the other: a virtual machine is often called a server."""
    classes = reference.load("precedence")["compared"]["types"]
    of = {name: at for at, names in enumerate(classes) for name in names}
    return _both(pairs, lambda name: of.get(name, name))


def _both(pairs: pl.DataFrame, meaning: Callable[[str], object]) -> pl.Series:
    same = [meaning(one) == meaning(other) for one, other in pairs.iter_rows()]
    return pl.Series("same", same, dtype=pl.Boolean)


def _learned() -> pl.Expr:
    rule = reference.load("precedence")["compared"]["learning"]
    number = pl.col("len")
    learned: pl.Expr = pl.all_horizontal(
        number >= rule["least"],
        number >= rule["share"] * number.sum().over("value"),
        number >= rule["share"] * number.sum().over("winner"),
    )
    return learned


@cache
def _vocabulary(field: str) -> Mapping[str, str]:
    """The meaning of each folded word of a field's vocabulary."""
    listed = {
        "environment": reference.load("environments"),
        "criticality": reference.load("criticalities"),
        "tier": reference.load("tier_words"),
    }[field]
    meanings: dict[str, str] = {}
    words: Any
    for name, words in listed.items():
        spelled = [*words["declared"], *words["name"]] if isinstance(words, Mapping) else words
        for word in (name, *spelled):
            meanings.setdefault(fold(str(word)), name)
    return meanings


_ALIKE: Final[Mapping[str, Callable[[str, pl.DataFrame], pl.Series]]] = {
    "words": _words,
    "states": _states,
    "systems": _systems,
    "versions": _versions,
    "hosts": _hosts,
    "types": _types,
}
