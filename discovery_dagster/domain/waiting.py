"""What is said of a table that waits for a person who says what its records are."""

from collections.abc import Mapping
from typing import Any

from discovery_dagster.domain.tables.words import Grain


def waiting_message(file: str, table: Mapping[str, Any]) -> str:
    """Say why a table waits, and with which command it is taught.

    Args:
        file: of the table.
        table: its `sheet`, `grain`, `name_column` and `reason`.
    """
    place = f"{file}#{table['sheet']}" if table["sheet"] else file
    name = f' --name "{table["name_column"]}"' if table["name_column"] else " [--name COLUMN]"
    command = f'discovery grain set "{place}" {table["grain"]}{name}'
    if table["grain"] in (Grain.NOTHING, Grain.RELATION):
        command = f'discovery grain set "{place}" GRAIN [--name COLUMN]'
    return (
        f"{place} waits for a decision, and none of its records is used. {table['reason']}"
        f" Say what a row of it is: `{command}`."
    )
