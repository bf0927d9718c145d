"""Tables of connections and relations of no particular tool, by how their headers name the ends.

A header is a word for the side and a word for what of that end it is (`reference/ends.yaml`). Both
ends must be named by words of one pair of sides. Where a table also has what only observations
have, such as addresses on both ends, bytes or a count of flows, its records are observed flows;
otherwise they declare relations.
"""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.fields import REFERENCES
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.verdicts import (
    is_verdict,
    of_flows,
    of_sockets,
    state_columns,
    verdict_columns,
)
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.domain.words import fold

#: Above the generic relations (2), below any format that knows three headers of its own.
_FIT: Final = 3

#: Pairs of sides, as in `reference/ends.yaml`.
SENT, OPENED, FLOWING, LOCAL = "sent", "opened", "flowing", "local"
CALLING, CALLED = "calling", "called"
_DIRECTED: Final = frozenset({OPENED, CALLING, CALLED})

_FIELDS: Final = {
    ("source", "name"): "source",
    ("source", "address"): "source_address",
    ("source", "port"): "source_port",
    ("source", "process"): "source_detail",
    ("target", "name"): "target",
    ("target", "address"): "target_address",
    ("target", "port"): "port",
    ("target", "process"): "target_detail",
}
_NO_NAMES: Final = ("address", "port")
_SIDES: Final = ("source", "target")
_MOMENT: Final = r"\d:\d\d|^\d{9,}(?:\.\d+)?$"
_SAMPLE: Final = 1_000  # records that are looked at
_SHARE: Final = 0.9  # of their cells


def _words() -> Any:
    return reference.load("ends")


@cache
def known_ends(sides: str) -> dict[str, tuple[str, str, int]]:
    """Return side, thing and rank of each folded header that names an end by a pair of sides."""
    words = _words()
    pair = words["sides"][sides]
    known: dict[str, tuple[str, str, int]] = {}
    for side in ("source", "target"):
        of_side = [fold(word) for word in pair[side]]
        for thing, names in words["things"].items():
            # Folded one by one: there are 26,000 pairs, and each process makes them.
            folded = [fold(name) for name in names]
            for (at, name), (place, word) in product(enumerate(folded), enumerate(of_side)):
                # `destination ip` names the end better than `remote ip` beside it.
                rank = at * len(of_side) + place
                known.setdefault(f"{word} {name}", (side, thing, rank))
                known.setdefault(f"{name} {word}", (side, thing, rank))
        for thing in _NO_NAMES:
            for word, name in product(words["short_sides"][side], words["things"][thing]):
                if word in pair[side] or sides == SENT:
                    known.setdefault(fold(word + name), (side, thing, len(names) * len(pair[side])))
    for source, target in words["bare"]:
        if source in pair["source"] and target in pair["target"]:
            known.setdefault(source, ("source", "name", -1))
            known.setdefault(target, ("target", "name", -1))
    return known


def _named(table: SourceTable, sides: str) -> set[tuple[str, str]]:
    """Side and thing of each end that the table's headers name."""
    known = known_ends(sides)
    headers = set(table.folded_header)
    bare = any(set(pair) <= headers for pair in _words()["bare"])
    ends = {known[header] for header in headers & known.keys()}
    return {(side, thing) for side, thing, rank in ends if rank >= 0 or bare}


def _fit(table: SourceTable, sides: str, observed: bool) -> int:
    headers = set(table.folded_header)
    named = _named(table, sides)
    both = [
        {(side, thing) for side in ("source", "target")} <= named for thing in ("name", "address")
    ]
    mixed = {("source", "address"), ("target", "name")} <= named or {
        ("source", "name"),
        ("target", "address"),
    } <= named
    logged = _is_log(table, sides)
    # A log has columns of the device that wrote it: its serial number, its system, its name.
    if not (any(both) or mixed) or (is_inventory(table) and not logged):
        return 0
    measured = both[1] or logged or bool(headers & _measures())
    # A local end and a remote one are also such that send.
    return _FIT + (sides == LOCAL) if measured == observed else 0


@cache
def _measures() -> frozenset[str]:
    return frozenset(fold(word) for word in _words()["measures"])


def _is_log(table: SourceTable, sides: str) -> bool:
    """Whether a time or a counter of each record, or a verdict, makes it one of a connection.

    Between addresses a time of day or a counter does; between names, a time of day and a verdict.
    """
    headers = table.folded_header
    moments = {fold(word) for word in (*_times("first_seen"), *_times("last_seen"))}
    timed = any(header in moments and _are_moments(table, at) for at, header in enumerate(headers))
    has_verdict = any(
        header in verdict_columns() and _are_verdicts(table, at)
        for at, header in enumerate(headers)
    )
    counted = bool(_measures() & set(headers))
    between = {side for side, thing in _named(table, sides) if thing == "address"}
    known = known_ends(sides)
    between |= {
        known[header][0]
        for at, header in enumerate(headers)
        if known.get(header, ("", "", 0))[1] == "name" and _are_addresses(table, at)
    }
    if len(between) == len(_SIDES):
        return timed or counted
    return timed and has_verdict


def _times(field: str) -> list[str]:
    names: list[str] = _words()["columns"][field]
    return names


def _are_moments(table: SourceTable, at: int) -> bool:
    """Whether the cells tell a time of day, or count since 1970; a date alone may be of a plan."""
    return _fits(table, at, lambda cells: cells.str.contains(_MOMENT))


def _are_verdicts(table: SourceTable, at: int) -> bool:
    return _fits(table, at, lambda cells: cells.map_elements(is_verdict, pl.Boolean))


def _are_addresses(table: SourceTable, at: int) -> bool:
    return _fits(table, at, is_address)


def _fits(table: SourceTable, at: int, test: Callable[[pl.Series], pl.Series]) -> bool:
    """Whether most of the first cells that hold anything pass a test."""
    cells = table.records[cell_column(at)].head(_SAMPLE).str.strip_chars().replace("", None)
    cells = cells.drop_nulls().unique()
    return len(cells) > 0 and int(test(cells).sum()) >= _SHARE * len(cells)


def is_inventory(table: SourceTable) -> bool:
    """Whether `table` says of things what only inventories do, such as an operating system."""
    fields = {synonyms.find_field(column, synonyms.ASSETS) for column in table.header}
    return any(meaning is not None and meaning[0] in _words()["inventories"] for meaning in fields)


@cache
def _columns(sides: str) -> dict[str, Rule]:
    rules = {
        header: Rule(_FIELDS[side, thing], order=rank + 1)
        for header, (side, thing, rank) in known_ends(sides).items()
    }
    for field, names in _words()["columns"].items():
        for order, name in enumerate(names):
            rules.setdefault(fold(name), Rule(field, order=100 + order))
    for name in (*verdict_columns(), *state_columns()):
        rules.setdefault(name, Rule("record_kind"))
    if sides == LOCAL:
        for order, name in enumerate(_words()["listing_machines"]):
            rules.setdefault(fold(name), Rule("source", order=100 + order))
    for field, names in _words()["translated"].items():
        rules.update(
            {fold(name): Rule(field, order=at - len(names)) for at, name in enumerate(names)}
        )
    return rules


def _headers_of(sides: str, *fields: str) -> list[str]:
    return [header for header, rule in _columns(sides).items() if rule.field in fields]


def _flows(name: str, sides: str) -> TableFormat:
    return TableFormat(
        name=name,
        kind=Kind.FLOWS,
        fit=lambda table: _fit(table, sides, observed=True),
        columns={key: rule for key, rule in _columns(sides).items() if rule.field != "relation"},
        exclusions=(
            of_sockets(_headers_of(sides, "target", "target_address"))
            if sides == LOCAL
            else of_flows(_headers_of(sides, "port"), _headers_of(sides, "protocol"))
        ),
        null_words=frozenset({"-", "*"}),
        relation="connects_to",
        evidence="observed",
        directed=sides in _DIRECTED,
        local=sides == LOCAL,
        synonyms=False,
    )


def _relations(name: str, sides: str, relation: str = "depends_on") -> TableFormat:
    left_out = {"record_kind", "source_port", "tcp_flags", "flow_id"}
    return TableFormat(
        name=name,
        kind=Kind.RELATIONS,
        fit=lambda table: _fit(table, sides, observed=False),
        columns={key: rule for key, rule in _columns(sides).items() if rule.field not in left_out},
        relation=relation,
    )


def _lists_needs(table: SourceTable) -> int:
    """Whether one column names a thing that no other format would, and another what it needs."""
    headers = set(table.folded_header)
    fields = {synonyms.find_field(column, synonyms.ASSETS) for column in table.header}
    needs = any(meaning is not None and meaning[0] in REFERENCES for meaning in fields)
    return int(needs and bool(headers & _dependents().keys()))


@cache
def _dependents() -> dict[str, Rule]:
    names = _words()["dependents"]
    return {fold(name): Rule("name", order=order) for order, name in enumerate(names)}


NEEDS = TableFormat(
    name="generic.needs",
    kind=Kind.ASSETS,
    fit=_lists_needs,
    at_most=1,
    columns=_dependents(),
)

FORMATS = (
    _flows("generic.flows", SENT),
    _flows("generic.local_flows", LOCAL),
    _flows("generic.client_server_flows", OPENED),
    _relations("generic.directed_relations", OPENED),
    _relations("generic.ended_relations", SENT),
    _relations("generic.data_flows", FLOWING, "connects_to"),
    _flows("generic.calling_flows", CALLING),
    _flows("generic.called_flows", CALLED),
    _relations("generic.calling_relations", CALLING),
    _relations("generic.called_relations", CALLED),
    NEEDS,
)
