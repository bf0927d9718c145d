"""The canonical fields that a column can be mapped to, and how their cells are read.

What the fields of an asset mean is documented in `tables.ATTRIBUTES`; which headers mean them in
`reference/synonyms.yaml`; how a kind of cell is read in `values`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Outcomes of mapping a column that are no fields.
IGNORED: Final = "ignored"  # its format says that nothing is to be taken from it
UNMAPPED: Final = "unmapped"  # of unknown meaning; kept as a custom attribute


@dataclass(frozen=True)
class Field:
    """A canonical field; several columns may give a field of `many` values."""

    kind: str
    many: bool = False


#: The attributes of an asset. The keys are those of `tables.ATTRIBUTES` but `custom`.
ATTRIBUTE_FIELDS: Mapping[str, Field] = {
    "name": Field("name"),
    "hostname": Field("host"),
    "fqdn": Field("host"),
    "aliases": Field("names", many=True),
    "domain": Field("domain"),
    "ip_addresses": Field("addresses", many=True),
    "mac_addresses": Field("macs", many=True),
    "serial_number": Field("serial"),
    "asset_tag": Field("serial"),
    "smbios_uuid": Field("uuid"),
    "provider_id": Field("identifier"),
    "vendor": Field("text"),
    "model": Field("text"),
    "os_name": Field("system"),
    "os_version": Field("text"),
    "cpu_cores": Field("cores"),
    "memory_gb": Field("memory"),
    "storage_gb": Field("storage"),
    "environment": Field("text"),
    "criticality": Field("text"),
    "tier": Field("tier"),
    "location": Field("text"),
    "scope": Field("text"),
    "business_owner": Field("text"),
    "technical_owner": Field("text"),
    "applications": Field("titles", many=True),
    "status": Field("text"),
    "product": Field("text"),
    "description": Field("text"),
}

#: Columns of a thing that name other things, and the relation they state.
REFERENCES: Mapping[str, str] = {
    "runs_on": "runs_on",
    "depends_on": "depends_on",
    "used_by": "depends_on",
    "uses_storage": "uses_storage",
    "member_of": "member_of",
    "connects_to": "connects_to",
    "fed_by": "connects_to",
    "replicates_to": "replicates_to",
}

#: References that name what needs the record's thing, or connects to it, not what it needs.
TURNED_REFERENCES: Final = frozenset({"used_by", "fed_by"})

#: What a record of two things says of them.
RELATION_FIELDS: Mapping[str, Field] = {
    "source": Field("end"),
    "target": Field("end"),
    "relation": Field("text"),
    "source_type": Field("text"),
    "target_type": Field("text"),
    "source_address": Field("address"),
    "target_address": Field("address"),
    "source_port": Field("port"),
    "port": Field("ports"),  # of a relation; a flow has one
    "protocol": Field("protocol"),
    "count": Field("count"),
    "first_seen": Field("time"),
    "last_seen": Field("time"),
    "source_detail": Field("text", many=True),
    "target_detail": Field("text", many=True),
    "detail": Field("text"),
    "tcp_flags": Field("count"),
    "direction": Field("text"),
    "flow_id": Field("text"),  # the same in all records of one flow
    "sources": Field("names", many=True),  # where a record states several relations at once
    "targets": Field("names", many=True),
}

#: What a span of a trace says beside when it was and what it did.
SPAN_FIELDS: Mapping[str, Field] = {
    "trace_id": Field("text"),
    "span_id": Field("text"),
    "parent_id": Field("text"),
    "workload": Field("workload"),  # of the pod that did the work
    "peer": Field("text"),  # what a client says that it called
    "called": Field("names", many=True),  # by the span, of what tells no span itself
    "caller": Field("text"),  # of a span that both halves reported as one
}

FIELDS: Mapping[str, Field] = {
    **ATTRIBUTE_FIELDS,
    **{name: Field("names", many=True) for name in REFERENCES},
    **RELATION_FIELDS,
    **SPAN_FIELDS,
    "declared_type": Field("text"),
    "record_kind": Field("text"),  # tells what a record is, or whether it counts
}

#: Fields that alone let a record stand for a thing, in the order in which they name it.
IDENTITY_FIELDS: Final = (
    "name",
    "hostname",
    "fqdn",
    "provider_id",
    "smbios_uuid",
    "serial_number",
    "asset_tag",
    "mac_addresses",
    "ip_addresses",
)
