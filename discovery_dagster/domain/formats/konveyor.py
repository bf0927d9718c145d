"""Konveyor Tackle's application import: applications and their dependencies in one table.

Read by header although Konveyor reads by position (tackle2-hub, `importer`): the named
application depends on the Dependency when the direction is southbound.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, Switch, TableFormat, Tags
from discovery_dagster.domain.headers.phrases import Phrase

FORMATS = (
    TableFormat(
        name="konveyor.applications",
        kind=Kind.ASSETS,
        headers=(
            frozenset({"record type 1", "application name", "dependency direction"}),
            frozenset({"record type", "application name", "dependency direction"}),
        ),
        columns={
            "record type 1": Rule("record_kind"),
            "record type": Rule("record_kind"),
            "application name": Rule("name"),
            "description": Rule("description"),
            "owner": Rule("business_owner"),
            "dependency": Rule("target"),
            "dependency direction": Rule("relation"),
        },
        asset_type="application",
        switch=Switch(
            kinds={"1": Kind.ASSETS, "2": Kind.RELATIONS},
            allowed="1 = application and 2 = dependency",
        ),
        tags=Tags(
            category="tag category",
            value="tag",
            fields={"operating system": "os_name", "runtime": "product"},
        ),
        phrases={
            "southbound": Phrase("depends_on"),
            "northbound": Phrase("depends_on", turned=True),
        },
        endpoint_type="application",
    ),
)
