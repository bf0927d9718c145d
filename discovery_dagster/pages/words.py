"""How the pages say what the vocabulary of Discovery says: in words that need no manual."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables.words import Changed, Relation, Unresolved

#: A moment in ISO 8601, as evidence tells when something was seen.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)?")

#: What stands where there is nothing to say.
NOTHING = "\u2013"

#: Icon and colour of each status; the word itself is always shown too.
STATUS_LOOKS: Mapping[str, tuple[str, str]] = {
    "waiting": ("clock", ""),
    "queued": ("clock", "busy"),
    "running": ("turning", "busy"),
    "done": ("check", "good"),
    "failed": ("cross", "bad"),
    "cancelled": ("stop", "warn"),
    "stale": ("again", "warn"),
    # of files
    "partly": ("warning", "warn"),
    "unread": ("cross", "bad"),
    # of a mapping
    "accepted": ("check", "good"),
    "proposed": ("question", "warn"),
    "rejected": ("cross", "bad"),
    # of evidence
    "confirmed": ("check", "good"),
    "declared_only": ("document", ""),
    "observed_only": ("eye", "busy"),
    "inferred_only": ("question", "warn"),
    # of life
    "supported": ("check", "good"),
    "extended": ("warning", "warn"),
    "ended": ("cross", "bad"),
    # of a move
    "ready": ("check", "good"),
    "ready_with_conditions": ("warning", "warn"),
    "not_ready": ("cross", "bad"),
    # of a change
    "appeared": ("plus", "good"),
    "changed": ("again", "busy"),
    "not_seen": ("warning", "warn"),
    "source_absent": ("document", ""),
}

STATUS_WORDS: Mapping[str, str] = {
    "stale": "out of date",
    "declared_only": "declared only",
    "observed_only": "observed only",
    "inferred_only": "inferred only",
    "partly": "read in part",
    "unread": "not read",
    "ended": "support ended",
    "extended": "extended support",
    "ready_with_conditions": "ready with conditions",
    "not_ready": "not ready",
    "not_seen": "not seen",
    "source_absent": "source absent",
}

#: Why an end of a dependency is no asset.
END_WORDS: Mapping[str, str] = {
    Unresolved.AMBIGUOUS: "several assets have this name",
    Unresolved.UNMATCHED: "unmatched endpoint",
    Unresolved.EXTERNAL: "external endpoint",
    Unresolved.BROADCAST: "broadcast",
    Unresolved.LOCAL: "local address",
}

#: What each step does, for people; its key is shown small beside it.
STEP_TITLES: Mapping[str, str] = {
    "source_files": "Read the files",
    "source_records": "Extract every record",
    "field_mapping": "Map the columns",
    "canonical_records": "Normalise the values",
    "rejected_records": "Set aside rejected records",
    "inventory": "Merge records of the same asset",
    "classified_assets": "Classify the assets",
    "dependencies": "Find the dependencies",
    "dependency_graph": "Analyse the graph",
    "migration_plan": "Plan groups and waves",
    "session_changes": "Compare with the previous session",
}

#: Headings of the columns of the inventory and of the facts of an asset.
FIELD_TITLES: Mapping[str, str] = {
    "ip_addresses": "IP addresses",
    "mac_addresses": "MAC addresses",
    "fqdn": "FQDN",
    "hostname": "Host name",
    "os_family": "OS family",
    "os_name": "Operating system",
    "os_version": "OS version",
    "eol_date": "End of life",
    "eol_status": "Support",
    "cpu_cores": "CPU cores",
    "memory_gb": "Memory (GiB)",
    "storage_gb": "Storage (GB)",
    "smbios_uuid": "SMBIOS UUID",
    "provider_id": "Provider id",
    "strategy": "6R hint",
    "custom": "Other columns",
}

RELATION_WORDS: Mapping[str, str] = {
    Relation.RUNS_ON: "runs on",
    Relation.DEPENDS_ON: "depends on",
    Relation.CONNECTS_TO: "connects to",
    Relation.MEMBER_OF: "is a member of",
    Relation.USES_STORAGE: "uses storage",
    Relation.REPLICATES_TO: "replicates to",
}

#: The same, seen from the other end.
RELATION_WORDS_BACK: Mapping[str, str] = {
    Relation.RUNS_ON: "hosts",
    Relation.DEPENDS_ON: "is needed by",
    Relation.CONNECTS_TO: "is called by",
    Relation.MEMBER_OF: "has the member",
    Relation.USES_STORAGE: "stores for",
    Relation.REPLICATES_TO: "is a replica of",
}

#: What changes are about, as `session_changes` counts them.
CHANGED_THINGS: Mapping[str, str] = {
    Changed.ASSET: "assets",
    Changed.EDGE: "dependencies",
    Changed.PLAN: "places in the plan",
}

_NAMES_OF_COUNTS: Mapping[str, str] = {
    "named_only": "known by name only",
    "merged": "merged from several records",
    "in_cycles": "in circular dependencies",
}


def in_words(word: str | None) -> str:
    """A word of the vocabulary as people read it: `virtual_machine` is `virtual machine`."""
    if not word:
        return NOTHING
    return STATUS_WORDS.get(word) or RELATION_WORDS.get(word) or word.replace("_", " ")


def titled(field: str) -> str:
    """The heading of a field."""
    return FIELD_TITLES.get(field) or field.replace("_", " ").capitalize()


def number(value: Any) -> str:
    """A number with thin groups of three and at most two decimals; a dash for none."""
    if value is None:
        return NOTHING
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}".rstrip("0").rstrip(".").replace(",", "\u202f")
    return f"{int(value):,}".replace(",", "\u202f")


def percent(share: float | None) -> str:
    """A share from 0 to 1 in whole percent."""
    return NOTHING if share is None else f"{share * 100:.0f} %"


def counts_of_step(counts: Mapping[str, int] | None) -> list[tuple[str, int]]:
    """The counts of a step that are worth a word; those of single kinds stand on other pages."""
    labelled = []
    for name, value in (counts or {}).items():
        thing, _, kind = name.partition(".")
        if not kind:
            labelled.append((_NAMES_OF_COUNTS.get(name, in_words(name)), value))
        elif thing in CHANGED_THINGS:
            labelled.append((f"{CHANGED_THINGS[thing]} {in_words(kind)}", value))
    return labelled


def duration(start: datetime | None, end: datetime | None) -> str:
    """Time between two moments, such as `1.4 s` or `3 min 20 s`; a dash when one is missing."""
    if start is None or end is None:
        return NOTHING
    seconds = max((end - start) / timedelta(seconds=1), 0)
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def shorter(detail: str) -> str:
    """A detail of evidence with its moments to the minute: `2026-01-15 05:45`."""
    return _MOMENT.sub(r"\1 \2", detail)


def command(name: str, session: SessionKey) -> str:
    """A command of the command line about a session."""
    place = session.engagement
    return (
        f"discovery {name} --client {place.client} --engagement {place.engagement}"
        f" --session {session.session}"
    )


def moment(value: datetime | None) -> str:
    """Day and minute in UTC."""
    return NOTHING if value is None else f"{value:%Y-%m-%d %H:%M} UTC"
