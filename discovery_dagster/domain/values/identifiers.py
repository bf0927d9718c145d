"""Identifiers of things: serial numbers, asset tags, UUIDs, and ids that a source gives."""

from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.reading import Reading, placeholders, without_words

_HEXADECIMAL = r"^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$"


#: What spreadsheets make of a long number: the digits behind the first ones are gone.
_ROUNDED: Final = r"(?i)^\d(?:[.,]\d+)?e\+\d+$"
_DECIMAL: Final = r"^(\d+)[.,]0+$"


def read_identifier(cells: pl.Series) -> Reading:
    """Read identifiers as they stand, `12345.0` as the whole number that it is.

    A number that a spreadsheet rounded, such as `1.23457E+11`, is a fault: it is another thing's as
    well as this one's.
    """
    rounded = cells.str.contains(_ROUNDED).fill_null(value=False)
    return Reading(cells.set(rounded, None).str.replace(_DECIMAL, "$1"), rounded)


def read_serial(cells: pl.Series) -> Reading:
    """Read serial numbers and asset tags; what stands where one is missing is none."""
    reading = read_identifier(without_words(cells, placeholders("serial_numbers")))
    missing = reading.values.str.contains(reference.load("placeholders")["no_serial_number"])
    return replace(reading, values=reading.values.set(missing.fill_null(value=False), None))


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
