"""From the text of cells to canonical values, by kind of field.

Reading never fails: a cell gives a value, nothing (it held none), or a fault. Which column is read
as which field is decided elsewhere.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import polars as pl

from discovery_dagster.domain.values import addresses, identifiers, names, ports, quantities, times
from discovery_dagster.domain.values.reading import (
    Reading,
    clean,
    read_distinct,
    with_plain_dashes,
    without_faults,
)

__all__ = ["NOUNS", "TRANSFORMS", "Reading", "clean", "read_cells", "spell_plainly", "wanted"]

_PLAIN: Mapping[str, Callable[[pl.Series], Reading]] = {
    "text": without_faults,
    "name": names.read_name,
    "end": names.read_end,
    "names": names.read_names,
    "titles": names.read_titles,
    "host": names.read_host,
    "domain": names.read_domain,
    "tier": names.read_tier,
    "system": names.read_system,
    "workload": names.read_workload,
    "addresses": addresses.read_addresses,
    "address": addresses.read_address,
    "macs": addresses.read_macs,
    "protocol": addresses.read_protocol,
    "identifier": identifiers.read_identifier,
    "serial": identifiers.read_serial,
    "uuid": identifiers.read_uuid,
    "cores": quantities.read_cores,
    "count": quantities.read_count,
    "port": ports.read_port,
    "ports": ports.read_ports,
}
_WITH_UNIT: Mapping[str, Callable[..., Reading]] = {
    "memory": quantities.read_memory,
    "storage": quantities.read_storage,
    "time": times.read_time,
}

_TEXTS: Final = frozenset({"text", "system"})
#: Kinds whose cells repeat as a rule and cost more to read than to find again.
_REPEATING: Final = frozenset(
    {
        "names",
        "titles",
        "tier",
        "workload",
        "addresses",
        "address",
        "protocol",
        "uuid",
        "time",
        "ports",
    }
)

#: Name of the transform of each kind of cell that does not stay text as it stands.
TRANSFORMS: Mapping[str, str | None] = {
    **{kind: kind for kind in (*_PLAIN, *_WITH_UNIT)},
    "text": None,
    "name": None,
    "end": None,
    "system": None,
    "memory": "memory_in_gib",
    "storage": "storage_in_gb",
}

#: What a cell that cannot be read was meant to be, for a sentence.
NOUNS: Final[Mapping[str, str]] = {
    "host": "host name",
    "domain": "domain name",
    "tier": "known tier",
    "addresses": "IP address",
    "address": "IP address",
    "macs": "MAC address",
    "protocol": "protocol",
    "identifier": "identifier: a spreadsheet has rounded the number",
    "serial": "identifier: a spreadsheet has rounded the number",
    "uuid": "UUID",
    "cores": "number of cores",
    "count": "count",
    "port": "port number",
    "ports": "port number",
    "time": "date and time",
    "memory": "amount of memory with a known unit",
    "storage": "amount of storage with a known unit",
}


def wanted(kind: str, otherwise: str) -> str:
    """Return what a cell of `kind` was meant to be, such as `an IP address`."""
    noun = NOUNS.get(kind, otherwise)
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


def read_cells(kind: str, cells: pl.Series, unit: str | None = None) -> Reading:
    """Read cells as values of `kind`, one of the keys of `TRANSFORMS`.

    Args:
        kind: of `fields.Field`.
        cells: String, cleaned by `clean`.
        unit: of bare numbers, for memory and storage; a unit in the cell outranks it. Of times, in
            which order their format writes dates.

    Returns:
        Values of the kind's type (null, or an empty list, where there is none) and faults, both as
        long as `cells`.
    """
    cells = spell_plainly(kind, cells)
    read: Callable[[pl.Series], Reading] = (
        partial(_WITH_UNIT[kind], unit=unit) if kind in _WITH_UNIT else _PLAIN[kind]
    )
    return read_distinct(cells, read) if kind in _REPEATING else read(cells)


def spell_plainly(kind: str, cells: pl.Series) -> pl.Series:
    """Return cleaned `cells` as they are read as `kind`: only text keeps its dashes."""
    return cells if kind in _TEXTS else with_plain_dashes(cells)
