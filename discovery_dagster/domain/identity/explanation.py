"""Why records are one thing, and why one of their values is believed: in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from discovery_dagster.domain.decisions.identity import PERSON, IdentityDecision
from discovery_dagster.domain.identity.merging import field_group
from discovery_dagster.reference import load

Row = Mapping[str, Any]

#: What the forms of identifiers are called.
FORMS: Final[Mapping[str, str]] = {
    "person": "decision of a person",
    "serial": "vendor and serial number",
    "smbios": "UUID of the firmware",
    "provider": "id that a provider gave",
    "fqdn": "fully qualified domain name",
    "directory": "host name and directory domain",
    "mac": "MAC address",
    "instance": "name and host of an instance",
    "tag": "asset tag",
    "scoped": "kind and name within one scope",
    "address": "only address of a thing without a name",
    "unbranded": "serial number without a vendor",
    "name": "kind and name",
    "registered": "name that this asset alone bears in the engagement",
}


def explain(
    members: Sequence[Row], conflicts: Sequence[Row], decisions: Iterable[IdentityDecision]
) -> dict[str, Any]:
    """Say which keys joined which records of an asset, and which source won where they differ.

    Args:
        members: its records, `file, sheet, line, format, keys`.
        conflicts: `field, value, file, sheet, line, chosen`, by field.
        decisions: of the engagement.

    Returns:
        `records`, `keys` (each with `key`, `what`, `records` as places, and `decision` where a
        person joined them) and `conflicts` (each with `field`, `chosen`, `others` and `rule`).
    """
    decided = {f"{PERSON}:{one.id}": one.sentence for one in decisions}
    joined = defaultdict[str, list[str]](list)
    for row in members:
        for key in row["keys"]:
            joined[key].append(place(row))
    formats = {(row["file"], row["sheet"]): row["format"] for row in members}
    return {
        "records": [
            {name: row[name] for name in ("file", "sheet", "line", "format", "keys")}
            for row in members
        ],
        "keys": [
            {
                "key": key,
                "what": FORMS.get(key.partition(":")[0], "identifier"),
                "records": records,
                "decision": decided.get(key),
            }
            for key, records in sorted(joined.items(), key=_strongest_first)
        ],
        "conflicts": _conflicts(conflicts, formats),
    }


def place(row: Row) -> str:
    """Return where a record stands, as people name it."""
    sheet = f" [{row['sheet']}]" if row["sheet"] else ""
    return f"{row['file']}{sheet} line {row['line']}"


def _strongest_first(joined: tuple[str, list[str]]) -> tuple[int, str]:
    strengths = load("identifiers")["strengths"]
    return -strengths.get(joined[0].partition(":")[0], 0), joined[0]


def _conflicts(rows: Sequence[Row], formats: Mapping[Any, str | None]) -> list[dict[str, Any]]:
    by_field = defaultdict[str, list[Row]](list)
    for row in rows:
        by_field[row["field"]].append(row)
    return [
        {
            "field": field,
            "chosen": _value(chosen),
            "others": [_value(row) for row in values if not row["chosen"]],
            "rule": _rule(field, chosen, [row for row in values if not row["chosen"]], formats),
        }
        for field, values in by_field.items()
        for chosen in [next((row for row in values if row["chosen"]), values[0])]
    ]


def _value(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("value", "file", "sheet", "line")}


def _rule(field: str, chosen: Row, others: Sequence[Row], formats: Mapping[Any, str | None]) -> str:
    """By which rule of `precedence.yaml` the chosen value is believed."""
    if field == "declared_type":
        return "specificity: the type that says most is believed"
    group = field_group(field)
    winner = _trust(formats.get((chosen["file"], chosen["sheet"])), group)
    losers = [_trust(formats.get((row["file"], row["sheet"])), group) for row in others]
    if all(winner[1] > loser[1] for loser in losers):
        beaten = ", ".join(sorted({f"{name} ({trust})" for name, trust in losers}))
        return f"trust in {group} fields: {winner[0]} ({winner[1]}) before {beaten}"
    return f"equal trust in {group} fields ({winner[1]}): the record that says most, then the first"


def _trust(table_format: str | None, group: str) -> tuple[str, int]:
    rules = load("precedence")
    source = (table_format or "unknown").split(".")[0]
    return source, rules["trust"].get(source, rules["default"])[group]
