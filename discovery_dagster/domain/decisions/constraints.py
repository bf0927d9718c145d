"""What people set about a migration plan, and which assets they mean by it.

A constraint is kept as it was given, by names; the assets that it means are looked up in each
session. Where constraints are kept is the store's matter; what they do is `plan`'s.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.names.index import NameIndex
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
    patterns: bool = False  # whether a name with `*` or `?` means every asset of such a name


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
    if not KINDS[kind].assets:
        return ()
    return values[:-1] if kind in _LAST_IS_NO_ASSET else values


_LAST_IS_NO_ASSET: Final = frozenset({"pin", "service"})


def _listed(constraint: Constraint) -> str:
    joined = {"pin": " to wave ", "cut": " to ", "service": ": "}
    return joined.get(constraint.kind, ", ").join(constraint.values)


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
    "freeze": Kind("ASSET…", "Frozen: {}", _assets(1), patterns=True),
    "pin": Kind("ASSET WAVE", "Pinned: {}", _pin, patterns=True),
    "together": Kind("ASSET ASSET…", "Must go together: {}", _assets(2), patterns=True),
    "apart": Kind("ASSET ASSET…", "Must not go together: {}", _assets(2)),
    "cut": Kind("SOURCE TARGET", "Cut: {}", _assets(2, 2)),
    "service": Kind("ASSET yes|no", "Serves the whole estate, {}", _service, concerns="services"),
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
    pattern = next(filter(is_pattern, checked), None)
    if pattern is not None and not KINDS[kind].patterns:
        raise InvalidConstraintError(
            f"{kind} {KINDS[kind].usage}: {pattern!r} is a pattern, and each asset must be named."
        )
    return checked


def is_pattern(name: str) -> bool:
    """Whether a name means every asset whose name it fits: `*` any letters, `?` any one."""
    return "*" in name or "?" in name


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
        named += [one for ends, one in self.cuts.items() if asset_id in ends]
        named += [one for key, (_, one) in self.services.items() if key == asset_id]
        return sorted({one.id: one for one in named}.values(), key=lambda one: one.id)


def resolve_constraints(
    constraints: Sequence[Constraint], assets: pl.DataFrame
) -> ResolvedConstraints:
    """Look up which assets the constraints mean.

    Args:
        constraints: those that hold, in the order in which they were set; of two pins of one
            asset, the later one holds.
        assets: `CLASSIFIED_ASSETS`.
    """
    ids = _ids({name for one in constraints for name in one.names}, assets)
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
        services={id_: (one.values[-1] == "yes", one) for id_, one in one_by_one("service")},
        unknown=unknown,
    )


def _ids(names: set[str], assets: pl.DataFrame) -> dict[str, list[str]]:
    """The assets of each name: the one whose id it is or which it means alone, or all that fit."""
    fitting = {name: _fitting(name, assets) for name in names if is_pattern(name)}
    exact = _exact(names - fitting.keys(), assets)
    return {name: ids for name, ids in fitting.items() if ids} | exact


def _fitting(pattern: str, assets: pl.DataFrame) -> list[str]:
    letters = {"*": ".*", "?": "."}
    fits = "".join(letters.get(letter, re.escape(letter)) for letter in pattern.lower())
    named = pl.any_horizontal(
        pl.col("name", "hostname", "fqdn").str.to_lowercase().str.contains(f"^{fits}$")
    )
    return assets.filter(named)["asset_id"].to_list()


def _exact(names: set[str], assets: pl.DataFrame) -> dict[str, list[str]]:
    own = set(assets["asset_id"]) & names
    lookups = pl.DataFrame({"name": sorted(names - own)}, schema={"name": pl.String}).with_columns(
        address=pl.lit(None, pl.String), type=pl.lit(None, pl.String)
    )
    resolved = NameIndex.of(assets).resolve(lookups).drop_nulls("asset_id")
    unambiguous = {name: [asset] for name, asset in resolved.select("name", "asset_id").iter_rows()}
    return unambiguous | {name: [name] for name in own}
