"""NetFlow records as `nfdump -o csv` prints them, in its names before and since version 1.7."""

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat

FORMATS = (
    TableFormat(
        name="nfdump.flows",
        kind=Kind.FLOWS,
        headers=(
            frozenset({"ts", "sa", "da", "sp", "dp", "pr"}),
            frozenset({"first seen", "src addr", "dst addr", "dst port"}),
        ),
        columns={
            "ts": Rule("first_seen"),
            "first seen": Rule("first_seen"),
            "te": Rule("last_seen"),
            "last seen": Rule("last_seen"),
            "sa": Rule("source_address"),
            "src addr": Rule("source_address"),
            "da": Rule("target_address"),
            "dst addr": Rule("target_address"),
            "sp": Rule("source_port"),
            "src port": Rule("source_port"),
            "dp": Rule("port"),
            "dst port": Rule("port"),
            "pr": Rule("protocol"),
            "proto": Rule("protocol"),
        },
        exclusions=(
            Exclusion(
                "ts",
                frozenset({"summary", "flows"}),
                "It belongs to the summary below the flows.",
            ),
        ),
        relation="connects_to",
        evidence="observed",
        synonyms=False,
    ),
)
