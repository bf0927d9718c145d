"""Names: of things, of hosts and domains, lists of them, and words of small vocabularies."""

import re
from functools import cache

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.configuration import read as read_configuration
from discovery_dagster.domain.values.notations import are_instances, parted, without_decorations
from discovery_dagster.domain.values.reading import (
    Reading,
    placeholders,
    read_others,
    with_faults,
    without_faults,
    without_words,
)
from discovery_dagster.domain.words import index_words, replace_words

_LABEL = r"[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?"
_HOST = rf"^{_LABEL}(?:\.{_LABEL})*$"
_ASCII_LABEL = "(?:[a-z0-9_-]{0,61}[a-z0-9_])?"
#: In lower case already, and no number with dots, as it begins with a letter.
_LETTERED_HOST = rf"^[a-z_]{_ASCII_LABEL}(?:\.[a-z0-9_]{_ASCII_LABEL})*$"
#: Ends that Kubernetes adds to a workload's name: of a replica set and its pod, of a stateful pod.
_REPLICA = r"^(.+?)-[a-z0-9]{4,10}-[a-z0-9]{5}$"
_STATEFUL = r"^(.+)-\d+$"
_ALWAYS = r"[;|\r\n\t•·]"  # what parts names whatever they name
_STRONG = rf"{_ALWAYS}|\s[/+&]\s"
_WORDS = r"^[^\s,]+(?:\s*,\s*[^\s,]+)+$"
#: What begins as a connection string or a URL does, and holds nothing else.
_CONFIGURATION = (
    r"(?i)^\s*(?:jdbc:\S+|[a-z][a-z0-9+.-]*://\S+"
    r"|(?:driver|provider|dsn|server|data source|host)\s*=.*)\s*$"
)
_ITSELF = re.compile(r"(?i)//(?:localhost|127\.)")
_INITIALS = 2  # letters that may begin a name: `X (Twitter)`, `NA - Northern App`
_DOTTED_NUMBER = r"^[\d.]+$"
#: A host name before a remark, a port or an address.
_WITH_REMARK = (
    r"^([^\s:,;/()\[\]]+)"
    r"(?:\s*[(\[<].*|\s+[-\x{2013}]\s.*|:\d{1,5}|\s*[,;/]?\s*(?:\d{1,3}\.){3}\d{1,3})$"
)


def read_name(cells: pl.Series) -> Reading:
    """Read names of things without notation; a word that names no one thing is none."""
    nothing = cells.str.contains(f"(?i){_nothing()}").fill_null(value=False)
    return without_faults(without_decorations(cells.set(nothing, None)))


def read_end(cells: pl.Series) -> Reading:
    """Read names of the ends of relations: also a word for nothing with a remark is none."""
    nothing = cells.str.contains(f"(?i){_nothing()}|{_nothing_with_remark()}")
    return without_faults(cells.set(nothing.fill_null(value=False), None))


def read_names(cells: pl.Series) -> Reading:
    """Read lists of names.

    Semicolons, bars, line breaks, tabs, bullets and signs that stand between blanks separate;
    commas only where none of those but signs is in the cell, or between words that hold no blank.

    Returns:
        Values are List[String], empty where nothing is named, without repetitions.
    """
    return _read_lists(cells, _STRONG)


def read_titles(cells: pl.Series) -> Reading:
    """Read lists of names that signs between blanks are parts of: `Sales & Marketing`.

    Returns:
        As `read_names`, which parts such.
    """
    return _read_lists(cells, _ALWAYS)


def _read_lists(cells: pl.Series, separators: str) -> Reading:
    separated = cells.str.contains(_ALWAYS)
    strong = cells.str.replace_all(rf"\s*(?:{separators})\s*", "\n").str.split("\n")
    part = pl.element()
    listed = pl.when(part.str.contains(_WORDS)).then(part.str.replace_all(r",\s*", "\n"))
    parts = strong.list.eval(listed.otherwise(part)).list.join("\n").str.split("\n")
    # Beside a comma a sign may belong to a name, as in `Sales, HR / Payroll`: what the smallest
    # parts are parts of is known where all names are (`canonical/references`).
    commas = cells.str.replace_all(rf"\s*(?:{separators}|,)\s*", "\n").str.split("\n")
    split = parts.zip_with(separated.fill_null(False), commas)
    split = _with_hosts_of_configuration(cells, split)
    named = pl.DataFrame({"parts": split}).select(
        pl.col("parts")
        .list.eval(pl.element().str.strip_chars(" \t[]\"'"))
        .list.eval(
            pl.element().filter(
                (pl.element() != "")
                & ~pl.element().str.contains(f"(?i){_nothing()}|{_nothing_with_remark()}")
            )
        )
        .list.unique(maintain_order=True)
        .fill_null(pl.lit([], dtype=pl.List(pl.String)))
    )
    return without_faults(named.to_series())


@cache
def _nothing() -> str:
    """A pattern of what names nothing: `None.`, `(TBD)`, `?`."""
    words = {word.lower() for kind in ("anywhere", "names") for word in placeholders(kind)}
    return rf"^[(\[]*(?:{'|'.join(map(re.escape, sorted(words)))})[)\].?!]*$"


@cache
def _nothing_with_remark() -> str:
    """A pattern of the same with a remark: `TBD - ask Joe`, `all (see list)`."""
    words = {word.lower() for kind in ("anywhere", "names") for word in placeholders(kind)}
    telling = sorted(word for word in words if len(word) > _INITIALS)
    return rf"^(?:{'|'.join(map(re.escape, telling))})(?:\s+[-\x{{2013}}:]\s.*|\s*[(\[].*)$"


def _with_hosts_of_configuration(cells: pl.Series, split: pl.Series) -> pl.Series:
    """Let cells that are a connection string or a URL name the hosts in it, with their ports."""
    at = cells.str.contains(_CONFIGURATION).fill_null(value=False).arg_true()
    if not len(at):
        return split
    named = [
        [
            mention.host if mention.port is None else f"{mention.host}:{mention.port}"
            for mention in read_configuration(cell)
        ]
        for cell in cells.gather(at)
    ]
    lists = split.to_list()
    for place, hosts in zip(at, named, strict=True):
        if hosts or _ITSELF.search(cells[place]):
            lists[place] = hosts
    return pl.Series(lists, dtype=pl.List(pl.String))


def read_host(cells: pl.Series) -> Reading:
    """Read host names, short or with their domain, into lower case (RFC 1123, and `_`).

    A name with a remark, a port or an address behind it (`web01 (old)`) is read and is a fault; of
    several cells that differ in no more than that, none is: they may be of several hosts.
    """
    usual = cells.str.contains(_LETTERED_HOST) & ~cells.is_in(placeholders("hosts"))
    reading = read_others(cells, usual, cells, _read_unusual_host)
    if not reading.faults.any():
        return reading
    spellings = pl.DataFrame({"host": reading.values, "cell": cells.str.to_lowercase()})
    several = spellings.select(pl.col("cell").n_unique().over("host") > 1).to_series()
    return Reading(reading.values.set(several & reading.faults, None), reading.faults)


def _read_unusual_host(cells: pl.Series) -> Reading:
    text = _without_backslash(without_decorations(cells)).str.to_lowercase()
    whole = _only_hosts(text)
    read = whole.fill_null(_only_hosts(text.str.extract(_WITH_REMARK, 1)))
    values = without_words(read, placeholders("hosts"))
    return Reading(values, cells.is_not_null() & whole.is_null())


def _without_backslash(cells: pl.Series) -> pl.Series:
    """The host in what a backslash parts: behind its domain, or before its database instance."""
    parts = parted(cells)
    if parts["left"].null_count() == len(cells):
        return cells
    hosts = parts.select(pl.when(are_instances(parts)).then("left").otherwise("right"))
    return hosts.to_series().fill_null(cells)


def _only_hosts(text: pl.Series) -> pl.Series:
    valid = text.str.contains(_HOST) & ~text.str.contains(_DOTTED_NUMBER)
    return text.set(~valid.fill_null(False), None)


def read_workload(cells: pl.Series) -> Reading:
    """Read names of Kubernetes pods as the names of what they are replicas of.

    `cart-579b9bff58-t2dbm` is a pod of `cart`, and so is `cart-0`; a plain name stays.
    """
    replica, stateful = (cells.str.extract(end, 1) for end in (_REPLICA, _STATEFUL))
    return without_faults(replica.fill_null(stateful).fill_null(cells))


def read_domain(cells: pl.Series) -> Reading:
    """Read DNS or directory domains into lower case."""
    text = cells.str.to_lowercase().str.strip_chars(".")
    return with_faults(cells, text.set(~text.str.contains(_HOST).fill_null(False), None))


def read_system(cells: pl.Series) -> Reading:
    """Read operating systems as written, without the machine that VMware writes before them."""
    prefix = reference.load("notations")["machine_of_system"]
    return without_faults(cells.str.replace(prefix, ""))


def read_tier(cells: pl.Series) -> Reading:
    """Read tiers as written; what is none of the words for a tier is a fault.

    `Tier` is also the heading of criticalities and environments, which its values tell apart.
    """
    known = replace_words(cells, index_words(reference.load("tier_words")))
    return with_faults(cells, cells.set(known.is_null(), None))
