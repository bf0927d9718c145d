"""The grain of a table of no known tool, from words of its headers that its values confirm."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.grain import BY_VALUES, WAITING, Grain, TableGrain
from discovery_dagster.domain.grain.columns import Column, Dependence, is_list_of_names, named
from discovery_dagster.domain.grain.observations import Observed, observed, of_people
from discovery_dagster.domain.grain.pairs import parts_of
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.words import fold, replace_words

_HOSTS: Final = frozenset({"hostname", "fqdn"})
_MACHINES: Final = frozenset({AssetType.SERVER, AssetType.VIRTUAL_MACHINE})
_OF_INVENTORY: Final = frozenset({"hostname", "fqdn", "ip_addresses", "mac_addresses"})
_OF_DEVICES: Final = frozenset({"vendor", "model", "os_name", "serial_number", "mac_addresses"})
_SURE, _LIKELY, _POSSIBLE = 0.95, 0.85, 0.7
_PEOPLE: Final = 2
_NOBODYS: Final = r"^(?:0\.0\.0\.0|127\.|::1?(?:[\s/]|$))"
_ENOUGH: Final = 3  # records from which on names and addresses that pair off are no chance
_FIRST: Final = 10_000  # records that tell whether it is a table at all
_NAMELESS: Final = 0.8  # share of addresses with a name, below which a list is one of addresses


def infer_grain(columns: Sequence[Column], *, known: bool) -> TableGrain:
    """Infer what the records of a table of things, or of an unknown one, are.

    Args:
        columns: of the table, with the values of the records that could be read.
        known: whether a header names things at all; a table without one waits unless it is a list
            of observations of a known kind.
    """
    if not any(column.filled for column in columns):
        return TableGrain(Grain.THING, "The table has no records.", _POSSIBLE, BY_VALUES)
    if not known and not _is_table(columns):
        reason = "It is no table with columns that say something of each other."
        return TableGrain(Grain.NOTHING, reason, _SURE, BY_VALUES)
    people = _people(columns)
    if people is not None:
        return people
    networks = _networks(columns)
    if networks is not None:
        return networks
    words = observed(columns)
    own = words.own if words is not None else frozenset[str]()
    hosts = [host for host in _hosts(columns) if host.folded not in own]
    subject = _subject(columns, hosts, words)
    if words is not None and subject is not None and not _is_inventory(columns, subject, words):
        return _observation(columns, subject, words)
    if words is not None and subject is None:
        nameless = _about_none(columns, words)
        if nameless is not None:
            return nameless
    grain = _by_dependence(columns, hosts) or _by_pairs(columns, hosts)
    if grain is not None:
        return grain
    return _thing(columns) if known else _unclear(columns)


def _is_table(columns: Sequence[Column]) -> bool:
    """Whether at least two columns have values in the same records, or the only one has names."""
    if len(columns) == 1:
        return is_list_of_names(columns[0].cells)
    filled = [column.cells.head(_FIRST).is_not_null() for column in columns]
    together = pl.DataFrame([each.alias(str(at)) for at, each in enumerate(filled)]).select(
        pl.sum_horizontal(pl.all()) > 1
    )
    return bool(len(columns) > 1 and together.to_series().any())


def _people(columns: Sequence[Column]) -> TableGrain | None:
    of_them = of_people(columns)
    machine = [each for each in columns if each.field in {*_inventory(), *_OF_INVENTORY}]
    named_hosts = [each for each in columns if each.named in _MACHINES]
    if len(of_them) < _PEOPLE or machine or named_hosts:
        return None
    headers = _listed(of_them)
    reason = f"A row is a person, not a thing of the estate: the table has {headers}."
    return TableGrain(Grain.NOTHING, reason, _LIKELY, BY_VALUES, evidence=(f"columns: {headers}",))


def _networks(columns: Sequence[Column]) -> TableGrain | None:
    """Read a list of networks: each record has one of its own, and nothing that machines have."""
    machine = [each for each in columns if each.field in {*_inventory(), *_OF_INVENTORY}]
    ranges = [each for each in columns if each.unique and each.networks]
    if not ranges or any(_is_of_machines(each) for each in machine):
        return None
    header = ranges[0].header
    reason = f'A row is a network, not a thing of the estate: each has a "{header}" of its own.'
    return TableGrain(Grain.NOTHING, reason, _LIKELY, BY_VALUES)


def _is_of_machines(column: Column) -> bool:
    """Whether a column has what its header says of machines: an `IP count` has numbers."""
    if column.field == "ip_addresses" and column.sample.str.contains(r"^\d+$").all():
        return False
    if column.field == "declared_type" and _are_no_types(column.sample):
        return False
    return bool(column.filled) and not column.networks


def _are_no_types(values: pl.Series) -> bool:
    """Whether no value is a type of assets, as `Subnet` is none."""
    return not replace_words(values, synonyms.type_words()).is_not_null().any()


def _hosts(columns: Sequence[Column]) -> list[Column]:
    """The columns that name machines by their header and may do so by their values."""
    return [
        column
        for column in columns
        if (
            column.field in _HOSTS
            or column.named in _MACHINES
            or column.folded == "device"
            or _is_full_name(column)
        )
        and column.may_name
        and not column.addresses
    ]


def _is_full_name(column: Column) -> bool:
    """Whether a column whose header may mean full names of hosts has such."""
    dotted = column.sample.str.contains(".", literal=True)
    return column.folded in _by_name() and column.host_like and bool(dotted.all())


def _subject(
    columns: Sequence[Column], hosts: Sequence[Column], words: Observed | None
) -> Column | None:
    """The column that names what was observed something about, the likeliest one."""
    if words is None:
        return None
    if hosts:
        return min(hosts, key=_likely_host)
    others = [each for each in columns if each.folded not in words.own and each.may_name]
    decided = [each for each in columns if each.decided in {"name", *_HOSTS}]
    by_word = [each for each in named(others, _subjects()) if not each.addresses]
    by_name = [each for each in others if each.field == "name" and not each.addresses]
    by_look = [
        each
        for each in others
        if each.host_like and each.field is None and each.header not in words.telling
    ]
    return next(iter([*decided, *by_word, *by_name, *(by_look if len(by_look) == 1 else [])]), None)


def _likely_host(column: Column) -> tuple[bool, bool, int, int]:
    """The order in which columns name hosts; of two names the one that tells more of them apart."""
    of_hosts = column.field in _HOSTS or column.folded in _by_name()
    return (column.decided is None, not of_hosts, -column.distinct, column.position)


def _is_inventory(columns: Sequence[Column], subject: Column, words: Observed) -> bool:
    """Whether each record has a thing of its own and says what an inventory says of it."""
    fields = {column.field for column in columns if column.filled} & _inventory()
    few = reference.load("grain")["inventory_fields"]
    return subject.unique and (len(fields) >= few or len(words.telling) == 1)


def about_subject(columns: Sequence[Column], at: int | None) -> tuple[int | None, frozenset[int]]:
    """Return the column that names the thing of observations, and those that say nothing of it.

    Args:
        columns: of a table of observations.
        at: position of that column where a person said which it is.
    """
    words = observed(columns) or Observed("observations", (), (), frozenset())
    chosen = [column for column in columns if column.position == at]
    subject = chosen[0] if chosen else _subject(columns, _hosts(columns), words)
    if subject is None:
        return None, frozenset()
    about = Dependence(subject, [each for each in columns if each is not subject])
    return subject.position, _beside(columns, subject, about, words)


def _observation(columns: Sequence[Column], subject: Column, words: Observed) -> TableGrain:
    about = Dependence(subject, [each for each in columns if each is not subject])
    apart = [
        each
        for each in columns
        if each is not subject and about.repeats(each) and not about.determines(each)
    ]
    headers = [*words.telling, *words.beside]
    evidence = [f"{_quoted(headers)} are of {words.noun}"]
    if subject.repeats:
        evidence.append(_per_subject(subject))
    if apart:
        evidence.append(f"{_listed(apart)} differ within one {subject.header}")
    sure = _SURE if subject.repeats and apart else _LIKELY
    reason = (
        f'A row is an observation ({words.noun}) about what "{subject.header}" names:'
        f" the table has {_quoted(headers)}."
    )
    return TableGrain(
        Grain.OBSERVATION, reason, sure, BY_VALUES, evidence=tuple(evidence),
        name=subject.position, beside=_beside(columns, subject, about, words),
    )  # fmt: skip


def _about_none(columns: Sequence[Column], words: Observed) -> TableGrain | None:
    """Say what observations are that name no thing, by enough words of their headers.

    They may still say which thing they are about, by its address or the like.
    """
    rules = reference.load("grain")
    headers = [*words.telling, *words.beside]
    others = [each for each in columns if each.filled and each.header not in headers]
    if words.weight < rules["weight"] and (others or len(headers) < rules["headers"]):
        return None
    evidence = (f"{_quoted(headers)} are of {words.noun}",)
    of_one = [
        each
        for each in columns
        if _is_of_one(each) and each.folded not in words.own and each.filled
    ]
    if not of_one:
        reason = (
            f"A row is one of {words.noun}, and no column names a thing: the table has"
            f" {_quoted(headers)}."
        )
        return TableGrain(Grain.NOTHING, reason, _LIKELY, BY_VALUES, evidence=evidence)
    fields = {column.field for column in columns if column.filled} & _inventory()
    if len(fields) >= rules["inventory_fields"] and not any(each.repeats for each in of_one):
        return None
    reason = (
        f"A row is an observation ({words.noun}) about what {_listed(of_one)} tell, and no column"
        f" names: the table has {_quoted(headers)}."
    )
    beside = {
        each.position
        for each in columns
        if each not in of_one
        and (each.folded in words.own or each.field not in rules["of_subject"])
    }
    return TableGrain(
        Grain.OBSERVATION, reason, _LIKELY, BY_VALUES, evidence=evidence, beside=frozenset(beside)
    )


def _is_of_one(column: Column) -> bool:
    """Whether a column says what only one thing of its own has."""
    return column.field in reference.load("grain")["of_one"] or column.folded in _by_name()


@cache
def _by_name() -> frozenset[str]:
    """Headers that may name hosts if their values do."""
    return synonyms.by_values()["fqdn"]


def _by_dependence(columns: Sequence[Column], hosts: Sequence[Column]) -> TableGrain | None:
    """Read names that repeat beside machines whose attributes they do not have as observed.

    The address and the operating system of a machine depend on it and not on a finding's name.
    """
    names = [each for each in columns if each.field == "name" and each.may_name]
    for host in hosts:
        for name in names:
            if name.unique or name is host or not host.repeats:
                continue
            others = [each for each in columns if each not in (host, name)]
            about, of_name = Dependence(host, [*others, name]), Dependence(name, [*others, host])
            own = [
                each
                for each in others
                if each.field in reference.load("grain")["of_subject"]
                and about.shown(each)
                and not of_name.determines(each)
            ]
            if not own or about.determines(name) or of_name.determines(host):
                continue
            reason = (
                f'A row is an observation about what "{host.header}" names: {_listed(own)} depend'
                f' on it, and "{name.header}" does not.'
            )
            evidence = (_per_subject(host), f'"{name.header}" repeats over several of them')
            return TableGrain(
                Grain.OBSERVATION, reason, _LIKELY, BY_VALUES, evidence=evidence,
                name=host.position, beside=_beside(columns, host, about, None) | {name.position},
            )  # fmt: skip
    return None


def _by_pairs(columns: Sequence[Column], hosts: Sequence[Column]) -> TableGrain | None:
    """Read interfaces of devices, which are told by both names together."""
    pair = parts_of(columns, hosts)
    if pair is None:
        return None
    device, part = pair
    about = Dependence(device, [each for each in columns if each is not device])
    reason = (
        f'A row is an observation about what "{device.header}" names: one of its parts, which'
        f' "{part.header}" names, and several have parts of the same name.'
    )
    return TableGrain(
        Grain.OBSERVATION, reason, _LIKELY, BY_VALUES, evidence=(_per_subject(device),),
        name=device.position, beside=_beside(columns, device, about, None) | {part.position},
    )  # fmt: skip


def _beside(
    columns: Sequence[Column], subject: Column, about: Dependence, words: Observed | None
) -> frozenset[int]:
    """Positions of the columns that say something of the observation alone."""
    rules = reference.load("grain")
    observed_in = {*words.telling, *words.beside} if words else set()
    beside = set[int]()
    for column in columns:
        if column is subject:
            continue
        field = column.field
        if field in rules["many_of_subject"]:
            continue
        if words is not None and column.folded in words.own:
            beside.add(column.position)
        elif field in rules["identifying"]:
            own = _without_nobodys(column)
            if not about.determines(column) and not Dependence(own, [subject]).determines(subject):
                beside.add(column.position)
        elif field is None:
            if column.header in observed_in or not about.shown(column):
                beside.add(column.position)
        elif field == "name" or field not in rules["of_subject"] or not about.determines(column):
            beside.add(column.position)
    return frozenset(beside)


def _without_nobodys(column: Column) -> Column:
    """The column without addresses that many have and that lead to none of them: `0.0.0.0`."""
    nobodys = column.cells.str.contains(_NOBODYS).fill_null(value=False)
    return replace(column, cells=column.cells.set(nobodys, None))


def _thing(columns: Sequence[Column]) -> TableGrain:
    names = [
        each
        for each in columns
        if (each.field in {"name", *_HOSTS} or each.named is not None) and each.filled
    ]
    names.sort(key=lambda each: (-each.distinct, each.field not in {"name", *_HOSTS}))
    unique = [each for each in names if each.unique]
    if unique:
        reason = f'A row is a thing: each has a "{unique[0].header}" of its own.'
        return TableGrain(Grain.THING, reason, _SURE, BY_VALUES)
    if names:
        reason = f'A row is a thing, or one of several rows of it: "{names[0].header}" names it.'
        return TableGrain(Grain.THING, reason, _POSSIBLE, BY_VALUES)
    return TableGrain(Grain.THING, "A row is a thing that an identifier tells.", _LIKELY, BY_VALUES)


def _unclear(columns: Sequence[Column]) -> TableGrain:
    """Say or propose what the records of a table are whose headers name nothing."""
    like = [each for each in columns if each.host_like and each.filled * 2 > len(each.cells)]
    alone = [each for each in like if each.unique]
    addressed = [each for each in columns if each.addresses and each.unique]
    if len(alone) == 1 and addressed and len(columns[0].cells) >= _ENOUGH:
        name, address = alone[0], addressed[0]
        reason = (
            f'A row is a thing that "{name.header}" names: each has a value of its own that looks'
            f' like the name of a machine, and an address of its own in "{address.header}".'
        )
        return TableGrain(Grain.THING, reason, _POSSIBLE, BY_VALUES, name=name.position)
    if not like and len(addressed) == 1 and _tells_a_thing(columns, addressed[0]):
        reason = f'A row is a thing that an address of its own in "{addressed[0].header}" tells.'
        return TableGrain(Grain.THING, reason, _POSSIBLE, BY_VALUES)
    ends = _two_ends(like)
    if ends is not None:
        one, other = ends
        reason = (
            f'A row may be a relation between what "{one.header}" and "{other.header}" name, since'
            " they name the same things; no header says so, nor which needs the other."
        )
        return TableGrain(Grain.RELATION, reason, 0.5, BY_VALUES, WAITING)
    if alone:
        reason = (
            f'A row may be a thing that "{alone[0].header}" names: each has a value of its own that'
            " looks like the name of a machine. No header says so."
        )
        return TableGrain(Grain.THING, reason, 0.5, BY_VALUES, WAITING, name=alone[0].position)
    if like:
        reason = (
            f'A row may be an observation about what "{like[0].header}" names: its values look'
            " like names of machines, and repeat. No header says so."
        )
        return TableGrain(Grain.OBSERVATION, reason, 0.4, BY_VALUES, WAITING, name=like[0].position)
    reason = (
        "No column names a host, an application or two ends of a connection, and no values look"
        " like names of machines."
    )
    return TableGrain(Grain.NOTHING, reason, 0.3, BY_VALUES, WAITING)


def _tells_a_thing(columns: Sequence[Column], address: Column) -> bool:
    """Whether nameless records with addresses say something that only machines have."""
    of_machines = any(each.field in _OF_DEVICES and each.filled for each in columns)
    return of_machines and address.filled >= _ENOUGH


def _two_ends(like: Sequence[Column]) -> tuple[Column, Column] | None:
    """Two columns that name many of the same things, and each of which repeats."""
    for at, one in enumerate(like):
        for other in like[at + 1 :]:
            both = one.sample.is_in(other.sample.implode()).sum()
            if both * 4 >= min(len(one.sample), len(other.sample)) and not (
                one.cells.eq_missing(other.cells).all()
            ):
                return one, other
    return None


def _per_subject(subject: Column) -> str:
    return f'{subject.distinct} different values of "{subject.header}" in {subject.filled} records'


def _listed(columns: Sequence[Column]) -> str:
    return _quoted([column.header for column in columns])


def _quoted(headers: Sequence[str], most: int = 4) -> str:
    shown = [f'"{header}"' for header in headers[:most]]
    if len(headers) > most:
        return f"{', '.join(shown)} and {len(headers) - most} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else ""


@cache
def _subjects() -> tuple[str, ...]:
    return tuple(map(fold, reference.load("grain")["subjects"]))


@cache
def _inventory() -> frozenset[str]:
    return frozenset(reference.load("grain")["of_inventory"])
