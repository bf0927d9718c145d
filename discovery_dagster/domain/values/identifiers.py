"""Identifiers that hardware and firmware carry: serial numbers and UUIDs."""

import polars as pl

from discovery_dagster.domain.values.reading import (
    Reading,
    placeholders,
    without_faults,
    without_words,
)

_HEXADECIMAL = r"^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$"


def read_serial(cells: pl.Series) -> Reading:
    """Read serial numbers as they stand; what manufacturers leave in is none."""
    return without_faults(without_words(cells, placeholders("serial_numbers")))


def uuid_in_serial(serials: pl.Series) -> pl.Series:
    """Return the SMBIOS UUID that VMware writes as the serial number of its machines.

    `VMware-56 4d 50 …` are the sixteen bytes in the order in which vSphere shows the UUID; serial
    numbers of other makes give null.
    """
    marked = serials.str.contains("(?i)^vmware-").fill_null(False)
    ours = serials.set(~marked, None)
    if not marked.any():
        return ours
    return read_uuid(ours.str.to_lowercase().str.strip_prefix("vmware-")).values


def read_uuid(cells: pl.Series) -> Reading:
    """Read UUIDs in any notation into lower case (RFC 9562); those of many machines are none."""
    digits = cells.str.to_lowercase().str.replace_all(r"urn:uuid:|[\s{}()-]", "")
    valid = digits.str.contains(_HEXADECIMAL).fill_null(False)
    shared = digits.is_in(placeholders("uuids")).fill_null(False)
    values = digits.str.replace(_HEXADECIMAL, "${1}-${2}-${3}-${4}-${5}")
    return Reading(values.set(~valid | shared, None), cells.is_not_null() & ~valid)
