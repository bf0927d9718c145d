"""Tables of connections and relations of no particular tool, by how their headers name the ends.

A header is a word for the side and a word for what of that end it is (`reference/ends.yaml`). Both
ends must be named by words of one pair of sides. Where a table also has what only observations
have, such as addresses on both ends, bytes or a count of flows, its records are observed flows;
otherwise they declare relations.
"""

from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.fields import REFERENCES
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.tables import SourceTable
from discovery_dagster.domain.words import fold

#: Above the generic relations (2), below any format that knows three headers of its own.
_FIT: Final = 3

#: Pairs of sides, as in `reference/ends.yaml`.
SENT, OPENED, FLOWING, LOCAL = "sent", "opened", "flowing", "local"

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


def _words() -> Any:
    return reference.load("ends")


@cache
def known_ends(sides: str) -> dict[str, tuple[str, str, int]]:
    """Return side, thing and rank of each folded header that names an end by a pair of sides."""
    words = _words()
    pair = words["sides"][sides]
    known: dict[str, tuple[str, str, int]] = {}
    for side in ("source", "target"):
        for thing, names in words["things"].items():
            for (at, name), (of_side, word) in product(enumerate(names), enumerate(pair[side])):
                # `destination ip` names the end better than `remote ip` beside it.
                rank = at * len(pair[side]) + of_side
                known.setdefault(fold(f"{word} {name}"), (side, thing, rank))
                known.setdefault(fold(f"{name} {word}"), (side, thing, rank))
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
    headers = {fold(column) for column in table.header}
    bare = any(set(pair) <= headers for pair in _words()["bare"])
    found = {known[header] for header in headers & known.keys()}
    return {(side, thing) for side, thing, rank in found if rank >= 0 or bare}


def _fit(table: SourceTable, sides: str, observed: bool) -> int:
    headers = {fold(column) for column in table.header}
    named = _named(table, sides)
    both = [
        {(side, thing) for side in ("source", "target")} <= named for thing in ("name", "address")
    ]
    mixed = {("source", "address"), ("target", "name")} <= named or {
        ("source", "name"),
        ("target", "address"),
    } <= named
    if not (any(both) or mixed) or is_inventory(table):
        return 0
    measured = both[1] or bool(headers & {fold(word) for word in _words()["measures"]})
    # A local end and a remote one are also such that send.
    return _FIT + (sides == LOCAL) if measured == observed else 0


def is_inventory(table: SourceTable) -> bool:
    """Whether `table` says of things what only inventories do, such as an operating system."""
    fields = {synonyms.find_field(column, synonyms.ASSETS) for column in table.header}
    return any(found is not None and found[0] in _words()["inventories"] for found in fields)


def _columns(sides: str) -> dict[str, Rule]:
    rules = {
        header: Rule(_FIELDS[side, thing], order=rank + 1)
        for header, (side, thing, rank) in known_ends(sides).items()
    }
    for field, names in _words()["columns"].items():
        for order, name in enumerate(names):
            rules.setdefault(fold(name), Rule(field, order=100 + order))
    for field, names in _words()["translated"].items():
        rules.update(
            {fold(name): Rule(field, order=at - len(names)) for at, name in enumerate(names)}
        )
    return rules


def _exclusions(columns: Iterable[str]) -> tuple[Exclusion, ...]:
    words = _words()
    kinds = dict.fromkeys(fold(name) for name in columns)
    refused, waiting = frozenset(words["refused"]), frozenset(words["waiting"])
    return tuple(
        Exclusion(kind, held, reason)
        for kind in kinds
        for held, reason in (
            (refused, "The connection was refused: nothing was used."),
            (waiting, "The socket is not connected to anything."),
        )
    )


def _flows(name: str, sides: str) -> TableFormat:
    return TableFormat(
        name=name,
        kind=Kind.FLOWS,
        fit=lambda table: _fit(table, sides, observed=True),
        columns={key: rule for key, rule in _columns(sides).items() if rule.field != "relation"},
        exclusions=_exclusions(_words()["columns"]["record_kind"]),
        null_words=frozenset({"-", "*"}),
        relation="connects_to",
        evidence="observed",
        directed=sides == OPENED,
        local=sides == LOCAL,
        synonyms=False,
    )


def _relations(name: str, sides: str, relation: str = "depends_on") -> TableFormat:
    left_out = {"record_kind", "source_port", "tcp_flags"}
    return TableFormat(
        name=name,
        kind=Kind.RELATIONS,
        fit=lambda table: _fit(table, sides, observed=False),
        columns={key: rule for key, rule in _columns(sides).items() if rule.field not in left_out},
        exclusions=_exclusions(_words()["rules"]["action"]),
        relation=relation,
    )


def _lists_needs(table: SourceTable) -> int:
    """Whether one column names a thing that no other format would, and another what it needs."""
    headers = {fold(column) for column in table.header}
    fields = {synonyms.find_field(column, synonyms.ASSETS) for column in table.header}
    needs = any(found is not None and found[0] in REFERENCES for found in fields)
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
    NEEDS,
)
