"""Zeek's connection log, as TSV or JSON. Its originator is the side that opened the connection.

Fields and states as the Zeek documentation of `base/protocols/conn` names them.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.verdicts import of_flows

FORMATS = (
    TableFormat(
        name="zeek.conn",
        kind=Kind.FLOWS,
        headers=(frozenset({"id orig h", "id resp h", "id resp p"}),),
        columns={
            "ts": Rule("first_seen"),
            "id orig h": Rule("source_address"),
            "id orig p": Rule("source_port"),
            "id resp h": Rule("target_address"),
            "id resp p": Rule("port"),
            "proto": Rule("protocol"),
            "service": Rule("target_detail"),
            "conn state": Rule("record_kind"),
            "uid": Rule("flow_id"),
        },
        null_words=frozenset({"-", "(empty)"}),
        # Over UDP nothing has to answer, and a sensor sees but one way of it at times.
        exclusions=of_flows((), ("proto",), ("conn state",)),
        relation="connects_to",
        evidence="observed",
        synonyms=False,
        directed=True,
    ),
)
