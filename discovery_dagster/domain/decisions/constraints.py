"""What people set about a migration plan, and which assets they mean by it.

A constraint is kept as it was given, by names; the assets that it means are looked up in each
session. Where constraints are kept is the store's matter; what they do is `plan`'s.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.words import fold


class InvalidConstraintError(InvalidRequestError):
    """A constraint that cannot be set; the message is one sentence."""

    code = "invalid_constraint"


@dataclass(frozen=True)
class Kind:
    """A kind of constraint: what its values are, and how it reads."""

    usage: str
    reads: str  # with `{}` for the values
    check: Callable[[Sequence[str]], Sequence[str]]
    single: bool = False  # the last one set holds alone
    assets: bool = True  # its values, perhaps but the last, name assets
    concerns: str = "plan"  # the kind of decision that it is; see `steps`
    patterns: bool = False  # whether a name may stand for every asset that fits it
    leading: int = 0  # values before the names of assets
    trailing: int = 0  # values behind them


@dataclass(frozen=True)
class Constraint:
    """One constraint as a person set it; `values` are as `Kind.check` returns them."""

    id: int
    kind: str
    values: tuple[str, ...]
    reason: str | None
    author: str
    at: datetime

    @property
    def sentence(self) -> str:
        """The constraint in words, with who set it."""
        because = f": {self.reason.rstrip('.')}" if self.reason else ""
        return f"{KINDS[self.kind].reads.format(_listed(self))} (set by {self.author}{because})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of assets in it."""
        return names_of(self.kind, self.values)


def names_of(kind: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of a constraint's values that name assets."""
    known = KINDS[kind]
    return values[known.leading : len(values) - known.trailing] if known.assets else ()


def _listed(constraint: Constraint) -> str:
    values = constraint.values
    if constraint.kind == "window":
        days = "1 day" if values[2] == "1" else f"{values[2]} days"
        return f"{values[0]} from {values[1]} for {days}"
    if constraint.kind == "freeze-period":
        what = ", ".join(constraint.names) or "everything"
        return f"{what} from {values[0]} to {values[1]}"
    if constraint.kind == "pin":
        return f"{', '.join(constraint.names)} to wave {values[-1]}"
    joined = {"cut": " to ", "service": ": "}
    return joined.get(constraint.kind, ", ").join(values)


def _number(values: Sequence[str]) -> list[str]:
    if len(values) != 1 or not values[0].isdigit() or int(values[0]) < 1:
        raise InvalidConstraintError("One number, at least 1, is needed.")
    return [str(int(values[0]))]


def _environments(values: Sequence[str]) -> list[str]:
    known = {fold(word): name for name, words in _environment_words() for word in (name, *words)}
    unknown = [value for value in values if fold(value) not in known]
    if unknown or len(values) < 2:
        names = ", ".join(name for name, _ in _environment_words())
        raise InvalidConstraintError(f"Two or more environments are needed, of {names}.")
    named = [known[fold(value)] for value in values]
    if len(set(named)) < len(named):
        raise InvalidConstraintError("An environment is named twice.")
    return named


def _environment_words() -> list[tuple[str, list[str]]]:
    words = reference.load("environments")
    return [(name, [str(word) for word in _flat(spelled)]) for name, spelled in words.items()]


def _flat(words: object) -> Iterable[object]:
    if isinstance(words, Mapping):
        words = list(words.values())
    if isinstance(words, list):
        for word in words:
            yield from _flat(word)
    else:
        yield words


def _assets(least: int, most: int | None = None) -> Callable[[Sequence[str]], Sequence[str]]:
    def check(values: Sequence[str]) -> Sequence[str]:
        if len(values) < least or (most is not None and len(values) > most):
            count = str(least) if most == least else f"{least} or more"
            raise InvalidConstraintError(f"{count} assets are needed, by name or id.")
        return values

    return check


def _pin(values: Sequence[str]) -> list[str]:
    if len(values) != 2:
        raise InvalidConstraintError("An asset and the number of a wave are needed.")
    return [values[0], *_number(values[1:])]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidConstraintError(f"{text!r} is no day such as 2026-03-06.") from None


def _window(values: Sequence[str]) -> list[str]:
    if len(values) != 3:
        raise InvalidConstraintError("The number of a wave, a day and a number of days are needed.")
    start = _day(values[1])
    return [*_number(values[:1]), start.isoformat(), *_number(values[2:])]


def _period(values: Sequence[str]) -> list[str]:
    if len(values) < 2:
        raise InvalidConstraintError("The first and the last day are needed.")
    first, last = _day(values[0]), _day(values[1])
    if last < first:
        raise InvalidConstraintError(f"{last} is before {first}.")
    return [first.isoformat(), last.isoformat(), *values[2:]]


def _service(values: Sequence[str]) -> list[str]:
    if len(values) != 2 or values[1] not in {"yes", "no"}:
        raise InvalidConstraintError("An asset and `yes` or `no` are needed.")
    return list(values)


KINDS: Mapping[str, Kind] = {
    "assets-per-wave": Kind("N", "At most {} assets a wave", _number, single=True, assets=False),
    "group-limit": Kind("N", "At most {} assets a group", _number, single=True, assets=False),
    "environment-order": Kind(
        "ENVIRONMENT…",
        "Environments move in the order {}",
        _environments,
        single=True,
        assets=False,
    ),
    "window": Kind("WAVE START DAYS", "Window of wave {}", _window, assets=False),
    "capacity": Kind(
        "HOURS", "At most {} hours of work in a window", _number, single=True, assets=False
    ),
    "freeze-period": Kind(
        "FIRST LAST [ASSET…]", "Frozen for a time: {}", _period, patterns=True, leading=2
    ),
    "freeze": Kind("ASSET…", "Frozen: {}", _assets(1), patterns=True),
    "pin": Kind("ASSET WAVE", "Pinned: {}", _pin, patterns=True, trailing=1),
    "together": Kind("ASSET ASSET…", "Must go together: {}", _assets(2), patterns=True),
    "apart": Kind("ASSET ASSET…", "Must not go together: {}", _assets(2)),
    "cut": Kind("SOURCE TARGET", "Cut: {}", _assets(2, 2)),
    "service": Kind(
        "ASSET yes|no", "Serves the whole estate, {}", _service, concerns="services", trailing=1
    ),
}


def check(kind: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a constraint in canonical form.

    Raises:
        InvalidConstraintError: when there is no such kind, or the values are none of it.
    """
    if kind not in KINDS:
        raise InvalidConstraintError(f"There is no constraint {kind!r}: use {', '.join(KINDS)}.")
    stripped = [value.strip() for value in values if value.strip()]
    try:
        checked = tuple(KINDS[kind].check(stripped))
    except InvalidConstraintError as error:
        raise InvalidConstraintError(f"{kind} {KINDS[kind].usage}: {error}") from None
    names = names_of(kind, checked)
    for name in names:
        if name.startswith(ENVIRONMENT) and environment_of(name) is None:
            listed = ", ".join(word for word, _ in _environment_words())
            raise InvalidConstraintError(f"{kind}: {name!r} is no environment of {listed}.")
    pattern = next(filter(is_pattern, names), None)
    if pattern is not None and not KINDS[kind].patterns:
        raise InvalidConstraintError(
            f"{kind} {KINDS[kind].usage}: {pattern!r} is a pattern, and each asset must be named."
        )
    return checked


#: What begins a name that means all assets of an application, or of an environment.
APPLICATION: Final = "application:"
ENVIRONMENT: Final = "environment:"


def is_pattern(name: str) -> bool:
    """Whether a name means every asset that fits it.

    `*` is any letters of its name, `?` any one; `application:Webshop` means what serves an
    application, and `environment:test` what is in an environment.
    """
    return name.startswith((APPLICATION, ENVIRONMENT)) or "*" in name or "?" in name


def environment_of(name: str) -> str | None:
    """Return the environment that `environment:…` means; None where there is no such."""
    word = fold(name.removeprefix(ENVIRONMENT))
    known = {fold(text): name for name, words in _environment_words() for text in (name, *words)}
    return known.get(word)


def digests(constraints: Iterable[Constraint]) -> dict[str, str]:
    """Return a digest of what is set for each kind of decision; none where nothing is."""
    by_kind: dict[str, list[tuple[str, ...]]] = {}
    for one in constraints:
        # Who set it and why is part of what the plan says, so it is part of its inputs.
        line = (one.kind, *one.values, one.reason or "", one.author)
        by_kind.setdefault(KINDS[one.kind].concerns, []).append(line)
    return {
        kind: hashlib.sha256(json.dumps(sorted(lines)).encode()).hexdigest()
        for kind, lines in by_kind.items()
    }


@dataclass(frozen=True)
class ResolvedConstraints:
    """The constraints of a session's plan, by the assets that they mean (ids)."""

    assets_per_wave: Constraint | None = None
    group_limit: Constraint | None = None
    environment_order: Constraint | None = None
    frozen: Mapping[str, Constraint] = field(default_factory=dict)
    pinned: Mapping[str, tuple[int, Constraint]] = field(default_factory=dict)
    together: Sequence[tuple[Sequence[str], Constraint]] = ()
    apart: Sequence[tuple[Sequence[str], Constraint]] = ()
    cuts: Mapping[tuple[str, str], Constraint] = field(default_factory=dict)
    services: Mapping[str, tuple[bool, Constraint]] = field(default_factory=dict)
    windows: Mapping[int, Constraint] = field(default_factory=dict)  # by wave
    capacity: Constraint | None = None
    #: Periods in which assets do not move, or none of those that move where it names none.
    periods: Sequence[tuple[Sequence[str] | None, Constraint]] = ()
    #: Constraints that name something which is no asset of the session, and what they name.
    unknown: Sequence[tuple[Constraint, Sequence[str]]] = ()

    def limit(self, of: str) -> int | None:
        """Return the number of a limit, `assets_per_wave` or `group_limit`; None when not set."""
        constraint: Constraint | None = getattr(self, of)
        return int(constraint.values[0]) if constraint is not None else None

    def service_decisions(self) -> dict[str, tuple[bool, str]]:
        """Return for each asset whether it serves the whole estate, and who says so."""
        return {asset: (is_one, one.sentence) for asset, (is_one, one) in self.services.items()}

    def about(self, asset_id: str) -> list[Constraint]:
        """Return the constraints that name an asset, in the order in which they were set."""
        named = [one for key, one in self.frozen.items() if key == asset_id]
        named += [one for key, (_, one) in self.pinned.items() if key == asset_id]
        named += [one for ids, one in (*self.together, *self.apart) if asset_id in ids]
        named += [one for ids, one in self.periods if ids is not None and asset_id in ids]
        named += [one for ends, one in self.cuts.items() if asset_id in ends]
        named += [one for key, (_, one) in self.services.items() if key == asset_id]
        return sorted({one.id: one for one in named}.values(), key=lambda one: one.id)


def resolve_constraints(
    constraints: Sequence[Constraint],
    assets: pl.DataFrame,
    served: Mapping[str, Collection[str]] | None = None,
) -> ResolvedConstraints:
    """Look up which assets the constraints mean.

    Args:
        constraints: those that hold, in the order in which they were set; of two pins of one
            asset, the later one holds.
        assets: `CLASSIFIED_ASSETS`.
        served: what serves each application, by its name in lower case; where it is not given,
            only what names an application itself serves it.
    """
    ids = _ids({name for one in constraints for name in one.names}, assets, served or {})
    unknown = [
        (one, [name for name in one.names if name not in ids])
        for one in constraints
        if any(name not in ids for name in one.names)
    ]
    lost = {one.id for one, _ in unknown}
    known = [one for one in constraints if one.id not in lost]

    def of(kind: str) -> list[Constraint]:
        return [one for one in known if one.kind == kind]

    def single(kind: str) -> Constraint | None:
        return next(iter(reversed(of(kind))), None)

    def sets(kind: str) -> list[tuple[list[str], Constraint]]:
        return [([id_ for name in one.names for id_ in ids[name]], one) for one in of(kind)]

    def one_by_one(kind: str) -> Iterator[tuple[str, Constraint]]:
        return ((id_, one) for one in of(kind) for name in one.names for id_ in ids[name])

    return ResolvedConstraints(
        assets_per_wave=single("assets-per-wave"),
        group_limit=single("group-limit"),
        environment_order=single("environment-order"),
        frozen=dict(one_by_one("freeze")),
        pinned={id_: (int(one.values[-1]), one) for id_, one in one_by_one("pin")},
        together=sets("together"),
        apart=sets("apart"),
        cuts={(ids[one.values[0]][0], ids[one.values[1]][0]): one for one in of("cut")},
        windows={int(one.values[0]): one for one in of("window")},
        capacity=single("capacity"),
        periods=[(ids or None, one) for ids, one in sets("freeze-period")],
        services={id_: (one.values[-1] == "yes", one) for id_, one in one_by_one("service")},
        unknown=unknown,
    )


def _ids(
    names: set[str], assets: pl.DataFrame, served: Mapping[str, Collection[str]]
) -> dict[str, list[str]]:
    """The assets of each name: the one whose id it is or which it means alone, or all that fit."""
    fitting = {name: _fitting(name, assets, served) for name in names if is_pattern(name)}
    exact = _exact(names - fitting.keys(), assets)
    return {name: ids for name, ids in fitting.items() if ids} | exact


def _fitting(
    pattern: str, assets: pl.DataFrame, served: Mapping[str, Collection[str]]
) -> list[str]:
    if pattern.startswith(ENVIRONMENT):
        return assets.filter(pl.col("environment") == environment_of(pattern))["asset_id"].to_list()
    if pattern.startswith(APPLICATION):
        name = pattern.removeprefix(APPLICATION).strip().lower()
        listed = pl.col("applications").list.eval(pl.element().str.to_lowercase())
        own = (pl.col("type") == AssetType.APPLICATION) & (
            pl.col("name").str.to_lowercase() == name
        )
        fits = (
            own | listed.list.contains(name) | pl.col("asset_id").is_in(list(served.get(name, ())))
        )
        return assets.filter(fits)["asset_id"].to_list()
    letters = {"*": ".*", "?": "."}
    fitted = "".join(letters.get(letter, re.escape(letter)) for letter in pattern.lower())
    named = pl.any_horizontal(
        pl.col("name", "hostname", "fqdn").str.to_lowercase().str.contains(f"^{fitted}$")
    )
    return assets.filter(named)["asset_id"].to_list()


def _exact(names: set[str], assets: pl.DataFrame) -> dict[str, list[str]]:
    if not names:  # an index of all assets, for nothing
        return {}
    own = set(assets["asset_id"]) & names
    lookups = pl.DataFrame({"name": sorted(names - own)}, schema={"name": pl.String}).with_columns(
        address=pl.lit(None, pl.String), type=pl.lit(None, pl.String)
    )
    resolved = NameIndex.of(assets).resolve(lookups).drop_nulls("asset_id")
    unambiguous = {name: [asset] for name, asset in resolved.select("name", "asset_id").iter_rows()}
    return unambiguous | {name: [name] for name in own}
