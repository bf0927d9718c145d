"""Rules of firewalls and security groups, of any tool: what may connect to what, on which service.

Told by a column of rules, of actions or of policies beside two ends, of which some are `any`, a
subnet or a range: no observed connection has such; or by the names of rules beside ends that nobody
measured. A rule between single hosts declares that they
connect; others name no end of a dependency. What a rule refuses was not meant to be used.
"""

from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.formats.connections import SENT, known_ends
from discovery_dagster.domain.formats.reshaping import add_columns
from discovery_dagster.domain.formats.verdicts import is_refusal
from discovery_dagster.domain.services import ports
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.values.networks import are_networks
from discovery_dagster.domain.values.ports import read_ports
from discovery_dagster.domain.words import fold

_FIT: Final = 50  # above all that headers alone tell, below a tool's own sheet
_SAMPLE: Final = 5_000  # records that are looked at
_SIDES: Final = {"source": "sources", "target": "targets"}
_NAMING: Final = frozenset({"name", "address"})
_ANY: Final = frozenset({"any", "any4", "any-ipv4", "all", "*", "0.0.0.0/0", "::/0", "internet"})
#: `tcp/443`, `TCP_8443`, `443/tcp`, `udp 53`, `443`.
_SERVICE: Final = r"^(?:(?:(?:tcp|udp)[\s/_:-]*)?(\d{1,5})|(\d{1,5})[\s/_:-]*(?:tcp|udp))$"
_PROTOCOL: Final = r"(tcp|udp)"
_RANGE: Final = r"\d\s*[-\x{2013}:]\s*\d"


def _words() -> Any:
    return reference.load("ends")["rules"]


def _fit(table: SourceTable) -> int:
    folded = table.folded_header
    if not set(folded) & {fold(word) for word in _words()["told_by"]}:
        return 0
    known = known_ends(SENT)
    ends = [(at, known[name]) for at, name in enumerate(folded) if name in known]
    naming = [(at, side) for at, (side, thing, _) in ends if thing in _NAMING]
    if {side for _, side in naming} != _SIDES.keys():
        return 0
    # Flow logs have actions, too, and millions of records.
    cells = [table.records[cell_column(at)].head(_SAMPLE).drop_nulls() for at, _ in naming]
    if any(_names_many(one) for one in cells):
        return _FIT
    ruled = set(folded) & {fold(word) for word in _words()["told_by"]} - _actions()
    return _FIT if ruled and not set(folded) & _measures() else 0


def _actions() -> frozenset[str]:
    return frozenset(fold(word) for word in _words()["action"])


@cache
def _measures() -> frozenset[str]:
    """What only observations have; rules count their hits, too."""
    words = reference.load("ends")
    seen = (*words["measures"], *words["columns"]["first_seen"])
    return frozenset(map(fold, seen)) - {"hits", "hit count"}


def _names_many(cells: pl.Series) -> bool:
    any_ = cells.str.strip_chars().str.to_lowercase().is_in(sorted(_ANY))
    return bool((any_ | are_networks(cells)).any())


@cache
def _columns() -> dict[str, Rule]:
    rules = {
        header: Rule(_SIDES[side], order=rank)
        for header, (side, thing, rank) in known_ends(SENT).items()
        if thing in _NAMING
    }
    for order, name in enumerate(reference.load("ends")["columns"]["protocol"]):
        rules[fold(name)] = Rule("protocol", order=order + 1)
    described = ("rule name", "name", "comment", "comments", "description", "kommentar")
    rules.update({name: Rule("detail", order=order) for order, name in enumerate(described)})
    return {**rules, "service port": Rule("port"), "service protocol": Rule("protocol")}


def _exclusions() -> tuple[Exclusion, ...]:
    disabled = _words()["disabled"]
    return (
        *(
            Exclusion(fold(name), is_refusal, "The rule forbids the connection.")
            for name in _words()["action"]
        ),
        *(
            Exclusion(fold(name), frozenset(disabled["words"]), "The rule is disabled.")
            for name in disabled["columns"]
            if name != "disabled"
        ),
        Exclusion("disabled", frozenset(_words()["allowed"]) | {"true"}, "The rule is disabled."),
    )


RULES = TableFormat(
    name="firewall.rules",
    kind=Kind.RELATIONS,
    fit=_fit,
    columns=_columns(),
    exclusions=_exclusions(),
    relation="connects_to",
    synonyms=False,
)

FORMATS = (RULES,)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Part the service of a rule into its ports and its protocol."""
    return tuple(_with_service(table) if _fit(table) else table for table in tables)


def _with_service(table: SourceTable) -> SourceTable:
    folded = table.folded_header
    names = [fold(name) for name in _words()["service"]]
    positions = [folded.index(name) for name in names if name in folded]
    if not positions:
        return table
    port, protocol = (
        pl.DataFrame(
            [_ports_and_protocols(table, at)[part] for at in positions],
            schema=[str(at) for at in positions],
        )
        .select(pl.coalesce(pl.all()))
        .to_series()
        for part in (0, 1)
    )
    return add_columns(table, {"service port": port, "service protocol": protocol})


def _ports_and_protocols(table: SourceTable, at: int) -> tuple[pl.Series, pl.Series]:
    """Ports and protocol of each cell of a column of services, null where it says none.

    Several ports and ranges of them stay as they are written.
    """
    text = table.records[cell_column(at)].str.strip_chars().str.to_lowercase()
    number = text.str.extract(_SERVICE, 1).fill_null(text.str.extract(_SERVICE, 2))
    known = ports().drop_nulls(["port", "protocol"]).filter(pl.col("protocol") == "tcp")
    named = text.str.replace(r"^service-", "").replace_strict(
        dict(known.select("service", pl.col("port").cast(pl.String)).unique("service").iter_rows()),
        default=None,
        return_dtype=pl.String,
    )
    protocol = text.str.extract(_PROTOCOL, 1).set(number.is_null(), None)
    several = (read_ports(text).values.list.len() > 0) | text.str.contains(_RANGE)
    return number.fill_null(named).fill_null(text.set(~several.fill_null(False), None)), protocol
