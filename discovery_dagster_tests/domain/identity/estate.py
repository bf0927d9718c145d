"""The things of an estate, with all that makes it hard to tell which record is of which.

It is written from what is known to happen to names and keys, not from the rules that read them; how
tools export them is in `exports`. Each `Trap` happens to a share of the things.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum, auto


class Trap(StrEnum):
    """What the field does to identities."""

    TWIN = auto()  # another domain has a host of the same short name
    RENAMED = auto()  # the CMDB and the spreadsheet know the name before the last move
    CLONED = auto()  # copied from another machine with its firmware UUID
    TEMPLATE = auto()  # the guest still tells the name of its template
    CHASSIS = auto()  # the CMDB has the serial number of the enclosure for each blade in it
    PLACEHOLDER = auto()  # the manufacturer left words in the place of the serial number
    RECYCLED = auto()  # an address and a retired CI of the machine that had it before
    CLUSTERED = auto()  # answers on a shared address, too, under the cluster's name
    NEIGHBOUR = auto()  # another thing is called nearly the same
    SERIAL_TWIN = auto()  # another vendor gave out the same serial number
    ROUTER_PAIR = auto()  # answers with the MAC address of the pair's virtual router
    TYPO = auto()  # misspelt in the spreadsheet, where nothing else tells it


@dataclass(frozen=True)
class Thing:
    """One real thing, as nobody sees it."""

    number: int
    kind: str  # vm, physical, esx, instance, network, cluster, retired
    short: str
    domain: str
    vendor: str = ""
    model: str = ""
    serial: str = ""
    uuid: str = ""
    mac: str = ""
    addresses: tuple[str, ...] = ()
    traps: frozenset[Trap] = frozenset()
    former: str = ""  # its name before it was renamed
    provider_id: str = ""

    @property
    def fqdn(self) -> str:
        """Its full name."""
        return f"{self.short}.{self.domain}"


_DOMAINS = ("corp.example", "emea.corp.example", "factory.example")
_ROLES = ("web", "app", "db", "file", "mq", "build", "report", "auth")
_HARDWARE = (("Dell Inc.", "PowerEdge R740"), ("HPE", "ProLiant DL380 Gen10"),
             ("Lenovo", "ThinkSystem SR650"), ("Fujitsu", "PRIMERGY RX2540 M5"))  # fmt: skip
_NETWORK = (("Cisco", "Catalyst 9300"), ("Juniper Networks", "EX4300-48T"))
_KINDS = (("vm", 58), ("physical", 14), ("esx", 4), ("instance", 14), ("network", 10))
#: In percent of the things that the trap can happen to.
_SHARES: dict[str, dict[Trap, float]] = {
    "vm": {Trap.TWIN: 3, Trap.RENAMED: 0.7, Trap.CLONED: 2, Trap.TEMPLATE: 2, Trap.RECYCLED: 3,
           Trap.CLUSTERED: 3, Trap.NEIGHBOUR: 4, Trap.TYPO: 0.5},
    "physical": {Trap.TWIN: 3, Trap.RENAMED: 2, Trap.CHASSIS: 6, Trap.PLACEHOLDER: 8,
                 Trap.RECYCLED: 3, Trap.CLUSTERED: 3, Trap.NEIGHBOUR: 4, Trap.SERIAL_TWIN: 3,
                 Trap.TYPO: 0.5},
    "esx": {},
    "instance": {Trap.TWIN: 2, Trap.RECYCLED: 5, Trap.NEIGHBOUR: 4},
    "network": {Trap.ROUTER_PAIR: 10, Trap.SERIAL_TWIN: 3, Trap.PLACEHOLDER: 2},
}  # fmt: skip


def things(draw: random.Random, size: int) -> Iterator[Thing]:
    """Yield about `size` things, numbered from 0, and those that their traps need."""
    kinds = draw.choices([kind for kind, _ in _KINDS], [share for _, share in _KINDS], k=size)
    last: Thing | None = None
    number = 0
    for kind in kinds:
        thing = _thing(draw, number, kind)
        for other in _with_its_like(draw, thing, last):
            yield replace(other, number=number)
            number += 1
        last = thing if kind in ("vm", "physical") else last


def _thing(draw: random.Random, number: int, kind: str) -> Thing:
    traps = frozenset(
        trap for trap, percent in _SHARES[kind].items() if draw.random() * 100 < percent
    )
    site = draw.choice(("muc", "fra", "ldn"))
    role = {"esx": "esx", "network": draw.choice(("sw", "rtr"))}.get(kind, draw.choice(_ROLES))
    vendor, model = draw.choice(_NETWORK if kind == "network" else _HARDWARE)
    uuid = f"{draw.getrandbits(128):032x}"
    guest = kind == "vm"
    return Thing(
        number=number,
        kind=kind,
        short=f"{site}-{role}{draw.choice(('', 'p', 't'))}-{number:05d}",
        domain=draw.choice(_DOMAINS),
        vendor="" if kind == "instance" else "VMware, Inc." if guest else vendor,
        model="VMware Virtual Platform" if guest else "" if kind == "instance" else model,
        serial="" if kind in ("instance", "vm") else _serial(draw),
        uuid="-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:])),
        mac=_mac(draw, "00:50:56" if guest else draw.choice(("3c:ec:ef", "b0:26:28"))),
        addresses=(_address(draw),),
        traps=traps,
        former=f"old-{role}-{number:05d}" if Trap.RENAMED in traps else "",
        provider_id=f"i-{draw.getrandbits(68):017x}" if kind == "instance" else "",
    )


def _with_its_like(draw: random.Random, variant: Thing, before: Thing | None) -> Iterator[Thing]:
    """The thing, as its traps have it, and the other things that they need."""
    shared = _address(draw)
    if Trap.CLONED in variant.traps and before is not None and before.kind == "vm":
        variant = replace(variant, uuid=before.uuid)
    if Trap.CLUSTERED in variant.traps:
        variant = replace(variant, addresses=(*variant.addresses, shared))
        yield Thing(
            variant.number, "cluster", f"{variant.short}-clu", variant.domain, addresses=(shared,)
        )
    yield variant
    if Trap.TWIN in variant.traps:
        domain = draw.choice([one for one in _DOMAINS if one != variant.domain])
        yield replace(_another(draw, variant), domain=domain, traps=frozenset({Trap.TWIN}))
    if Trap.NEIGHBOUR in variant.traps:
        near = draw.choice(
            (variant.short.replace("-", ""), variant.short[:-1] + "x", variant.short + "b")
        )
        yield replace(_another(draw, variant), short=near)
    if Trap.SERIAL_TWIN in variant.traps:
        vendor, model = draw.choice([one for one in _HARDWARE if one[0] != variant.vendor])
        other = replace(_another(draw, variant), vendor=vendor, model=model, serial=variant.serial)
        yield replace(other, kind="physical", short=f"{variant.short}-lab")
    if Trap.CLUSTERED in variant.traps:
        other = _another(draw, variant)
        yield replace(other, short=f"{variant.short}-n2", addresses=(*other.addresses, shared))
    if Trap.ROUTER_PAIR in variant.traps:
        virtual = f"00:00:5e:00:01:{draw.randrange(1, 255):02x}"
        for role in ("standby", "active"):
            yield replace(_another(draw, variant), short=f"{variant.short}-{role}", mac=virtual)
    if Trap.RECYCLED in variant.traps:
        other = _another(draw, variant)
        yield replace(
            other, kind="retired", short=f"{variant.short}-old", addresses=variant.addresses
        )


def _another(draw: random.Random, variant: Thing) -> Thing:
    """A thing of the same make, domain and name with keys of its own."""
    fresh = _thing(draw, variant.number, variant.kind)
    keys = {name: getattr(fresh, name) for name in ("serial", "uuid", "mac", "provider_id")}
    return replace(variant, **keys, addresses=fresh.addresses, traps=frozenset(), former="")


def _serial(draw: random.Random) -> str:
    return "".join(draw.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=draw.choice((7, 10))))


def _mac(draw: random.Random, prefix: str) -> str:
    return ":".join([prefix, *(f"{draw.randrange(256):02x}" for _ in range(3))])


def _address(draw: random.Random) -> str:
    return f"10.{draw.randrange(4, 60)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"
