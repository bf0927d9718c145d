"""AWS VPC flow logs with a header: the default fields of version 2, and custom ones in any order.

Fields of versions 2 to 8, and the column names of AWS's Athena table.

A rejected flow reached no endpoint and is no dependency (AWS, Flow log records).
"""

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat

FORMATS = (
    TableFormat(
        name="aws.vpc_flow_log",
        kind=Kind.FLOWS,
        headers=(
            frozenset({"srcaddr", "dstaddr", "dstport"}),
            frozenset({"pkt srcaddr", "pkt dstaddr", "dstport"}),
            frozenset({"sourceaddress", "destinationaddress", "destinationport"}),
        ),
        columns={
            "srcaddr": Rule("source_address"),
            "dstaddr": Rule("target_address"),
            # Behind a gateway, the packet's own addresses are those of the two ends.
            "pkt srcaddr": Rule("source_address", order=1),
            "pkt dstaddr": Rule("target_address", order=1),
            "sourceaddress": Rule("source_address"),
            "destinationaddress": Rule("target_address"),
            "sourceport": Rule("source_port"),
            "destinationport": Rule("port"),
            "starttime": Rule("first_seen"),
            "endtime": Rule("last_seen"),
            "logstatus": Rule("record_kind"),
            "srcport": Rule("source_port"),
            "dstport": Rule("port"),
            "protocol": Rule("protocol"),
            "start": Rule("first_seen"),
            "end": Rule("last_seen"),
            "tcp flags": Rule("tcp_flags"),
            "action": Rule("record_kind"),
            "log status": Rule("record_kind"),
        },
        null_words=frozenset({"-"}),
        exclusions=(
            Exclusion("log status", frozenset({"nodata"}), "No traffic in this interval."),
            Exclusion("log status", frozenset({"skipdata"}), "AWS skipped records here."),
            Exclusion("logstatus", frozenset({"nodata"}), "No traffic in this interval."),
            Exclusion("logstatus", frozenset({"skipdata"}), "AWS skipped records here."),
        ),
        relation="connects_to",
        evidence="observed",
        synonyms=False,
    ),
)
