"""GLPI: its list of computers, as the CSV export of a search heads it, in English and French.

Headers as GLPI's search options name them (`Computer`, `rawSearchOptions`).
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

COMPUTERS = TableFormat(
    name="glpi.computers",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "entity", "serial number"}),
        frozenset({"name", "serial number", "operating system name"}),
        frozenset({"nom", "entite", "numero de serie"}),
        frozenset({"nom", "numero de serie", "systeme d exploitation nom"}),
    ),
    columns={
        "entity": Rule("unmapped"),  # whose it is
        "entite": Rule("unmapped"),
        "alternate username": Rule("unmapped"),
        "usager": Rule("unmapped"),
        "inventory number": Rule("asset_tag"),
        "numero d inventaire": Rule("asset_tag"),
        "components processor": Rule("unmapped"),  # its model
        "composants processeur": Rule("unmapped"),
        "last update": Rule("unmapped"),
        "derniere modification": Rule("unmapped"),
        "operating system name": Rule("os_name"),
        "systeme d exploitation nom": Rule("os_name"),
        "operating system version": Rule("os_version"),
        "systeme d exploitation version": Rule("os_version"),
        "types": Rule("declared_type"),
        "manufacturers": Rule("vendor"),
    },
)

FORMATS = (COMPUTERS,)
