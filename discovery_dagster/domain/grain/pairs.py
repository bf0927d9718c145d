"""Rows that are parts of a device, told by the pairs of names that they have.

    device | name      | ip                       port1 is of each device, and one of many
    fw-01  | port1     | 10.1.0.1 255.255.255.0
    fw-01  | loopback0 | 10.9.0.1 255.255.255.255
    fw-02  | port1     | 10.2.0.1 255.255.255.0

Neither name tells the rows apart, but both together do; what has an address there is no thing of
its own but an interface of the device.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from discovery_dagster.domain.grain.columns import Column

_ADDRESSES: Final = frozenset({"ip_addresses", "mac_addresses"})
_DISTINCT: Final = 0.95  # least share of different pairs
_SEVERAL: Final = 2  # devices that have a part of the same name, and parts that several have
_SHARED: Final = 0.2  # least share of the names that several devices have


def parts_of(columns: Sequence[Column], hosts: Sequence[Column]) -> tuple[Column, Column] | None:
    """Return the column of devices and that of their parts; None where the rows are none.

    Args:
        columns: of a table.
        hosts: those that name machines by their header.
    """
    names = [each for each in columns if each.field == "name" and each not in hosts]
    addressed = any(each.field in _ADDRESSES and each.filled for each in columns)
    if not addressed:
        return None
    devices = hosts or [each for each in columns if each.field == "name" and each.may_name]
    for device in devices:
        for part in names:
            if (
                device is not part
                and device.repeats
                and not part.unique
                and _pair_off(device, part)
            ):
                return device, part
    return None


def _pair_off(device: Column, part: Column) -> bool:
    """Whether rows have a pair of their own, and several devices parts of one name."""
    pairs = pl.DataFrame({"device": device.cells, "part": part.cells}).drop_nulls()
    several = pairs.group_by("part").agg(pl.col("device").n_unique())
    shared = several.filter(pl.col("device") >= _SEVERAL).height
    distinct = pairs.unique().height >= _DISTINCT * pairs.height
    return distinct and shared >= max(_SEVERAL, _SHARED * several.height)
