"""Zeek's connection log, as TSV or JSON. Its originator is the side that opened the connection.

Fields and states as the Zeek documentation of `base/protocols/conn` names them.
"""

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat

_NOBODY = "Its address is nobody's: it was broadcast."

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
        },
        null_words=frozenset({"-", "(empty)"}),
        exclusions=(
            Exclusion("id orig h", frozenset({"0.0.0.0", "::"}), _NOBODY),  # noqa: S104 - a value
            Exclusion("id resp h", frozenset({"255.255.255.255"}), _NOBODY),
            Exclusion(
                "conn state",
                frozenset({"rej"}),
                "The connection was rejected: nothing was used.",
            ),
            Exclusion(
                "conn state",
                frozenset({"s0", "sh"}),
                "The connection was never answered: nothing was used.",
                # Syslog and the like over UDP get no answer and are used all the same.
                where={"proto": frozenset({"tcp"})},
            ),
        ),
        relation="connects_to",
        evidence="observed",
        synonyms=False,
        directed=True,
    ),
)
