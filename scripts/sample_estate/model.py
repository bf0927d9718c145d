"""What the sample estate is made of: things and what they need. How files look is elsewhere."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml

COMPANY: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("company.yaml").read_text("utf-8")
)


@dataclass
class Thing:
    """One real thing of the estate; what does not apply to its type stays empty."""

    name: str
    type: str  # canonical asset type, `unknown` where nobody could know
    fqdn: str = ""
    addresses: list[str] = field(default_factory=list)
    system: str | None = None  # key of COMPANY["systems"]
    stage: str = "unknown"  # canonical environment
    criticality: str = "unknown"
    site: str = ""
    team: str = ""
    cost: str = ""
    application: str = ""  # code
    tier: str = ""
    cores: int | None = None
    memory_mib: int | None = None
    disk_mib: int | None = None
    serial: str = ""
    vendor: str = ""
    model: str = ""
    uuid: str = ""  # SMBIOS, 32 hexadecimal digits
    instance_uuid: str = ""  # vCenter's own, unique where clones share the SMBIOS UUID
    mac: str = ""
    host: str = ""
    cluster: str = ""
    powered_on: bool = True
    about: str = ""
    called: str = ""  # what the CMDB calls its type
    in_cmdb: bool = False
    named_only: bool = False  # in no inventory, only named by a relation


@dataclass(frozen=True)
class Conversation:
    """Traffic from a client to a listener; each is the name of a thing or an address."""

    client: str
    server: str
    port: int
    records: int  # rows of the flow log, both directions
    protocol: int = 6  # IANA number
    service: str | None = None  # infrastructure service, null for application traffic


@dataclass(frozen=True)
class Relation:
    """A row of the relation table, as ServiceNow words it."""

    parent: str
    child: str
    phrase: str


@dataclass
class Estate:
    """All things by name, in the order they were made, and what is said and seen of their needs."""

    things: dict[str, Thing] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(20260101))  # noqa: S311
    _last_address: dict[str, int] = field(default_factory=dict)

    def add(self, thing: Thing) -> Thing:
        """Add a thing; its name must be new."""
        if thing.name in self.things:
            raise ValueError(f"{thing.name} exists already")
        self.things[thing.name] = thing
        return thing

    def address(self, site: str, network: str) -> str:
        """Return the next free address of a network of a site."""
        prefix = f"{COMPANY['sites'][site]['network']}.{COMPANY['networks'][network]}"
        self._last_address[prefix] = self._last_address.get(prefix, 10) + 1
        return f"{prefix}.{self._last_address[prefix]}"

    def hexadecimal(self, digits: int) -> str:
        """Return random hexadecimal digits."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def universal_identifier(self) -> str:
        """Return a random UUID in the way vCenter writes its own."""
        digits = "50" + self.hexadecimal(30)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def of_type(self, *types: str) -> list[Thing]:
        """Return the things of the given types, in order."""
        return [thing for thing in self.things.values() if thing.type in types]

    def machines(self, application: str, tier: str, stage: str = "production") -> list[Thing]:
        """Return the machines of a tier of an application."""
        return [
            thing
            for thing in self.of_type("virtual_machine", "server")
            if (thing.application, thing.tier, thing.stage) == (application, tier, stage)
        ]

    def databases(self, application: str, stage: str = "production") -> list[Thing]:
        """Return the databases of an application."""
        return [
            thing
            for thing in self.of_type("database")
            if (thing.application, thing.stage) == (application, stage)
        ]
