"""Google Cloud VPC flow logs, as Cloud Logging exports them in JSON (`VpcFlowRecord`)."""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

_COLUMNS = {
    "connection src ip": Rule("source_address"),
    "connection src port": Rule("source_port"),
    "connection dest ip": Rule("target_address"),
    "connection dest port": Rule("port"),
    "connection protocol": Rule("protocol"),
    "src instance vm name": Rule("source"),
    "dest instance vm name": Rule("target"),
    "start time": Rule("first_seen"),
    "end time": Rule("last_seen"),
}
_PAYLOAD = "json payload "

FORMATS = (
    TableFormat(
        name="gcp.vpc_flow_log",
        kind=Kind.FLOWS,
        headers=tuple(
            frozenset({f"{prefix}connection src ip", f"{prefix}connection dest ip"})
            for prefix in (_PAYLOAD, "")
        ),
        columns={**_COLUMNS, **{_PAYLOAD + column: rule for column, rule in _COLUMNS.items()}},
        relation="connects_to",
        evidence="observed",
        synonyms=False,
    ),
)
