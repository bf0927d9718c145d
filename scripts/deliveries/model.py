"""What an estate is made of. How its lists look is elsewhere."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml

CLIENTS: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("clients.yaml").read_text("utf-8")
)
PRODUCTION = "production"


@dataclass(eq=False)
class Server:
    """A machine; `kind` is vm, physical, esx, or a device type of `clients.yaml`."""

    name: str
    address: str
    site: str
    kind: str = "vm"
    application: str | None = None  # the name of it; what belongs to nobody has none
    environment: str | None = None
    tier: str | None = None  # web, app, db, mq; `all` of a machine that has all of them
    role: str = ""  # of what serves the estate or belongs to nobody
    system: tuple[str, str] = ("", "")
    cores: int = 2
    memory: int = 8  # GiB
    disk: int = 80  # GB
    host: str = ""
    retired: bool = False
    addressed: bool = False  # whether any list gives its address


@dataclass(eq=False)
class Database:
    """An instance, or a database that is listed like one."""

    name: str
    engine: str
    version: str
    edition: str
    port: int
    size: int
    host: Server
    application: str
    environment: str
    partner: Server | None = None


@dataclass(eq=False)
class Application:
    """An application with the machines of its deployments, by environment."""

    name: str
    code: str
    owner: str
    technician: str
    criticality: str
    retires: bool
    servers: dict[str, list[Server]] = field(default_factory=dict)
    databases: list[Database] = field(default_factory=list)

    def tier(self, environment: str, *tiers: str) -> list[Server]:
        """The machines of these tiers in an environment."""
        return [one for one in self.servers.get(environment, []) if one.tier in (*tiers, "all")]

    def entry(self, environment: str) -> list[Server]:
        """The machines that others talk to."""
        here = self.tier(environment, "web") or self.tier(environment, "app")
        return here or self.servers.get(environment, [])


@dataclass(frozen=True)
class Interface:
    """A need of one application for another; `declared` in the portfolio, `seen` in the flows."""

    source: str
    target: str
    port: int
    declared: bool
    seen: bool
    chatty: bool


@dataclass(frozen=True)
class Conversation:
    """Connections from one address to another, `rows` of the flow list."""

    client: str
    server: str
    port: int
    rows: int
    connections: int  # a row
    protocol: str = "TCP"


@dataclass
class Estate:
    """Everything, in the order in which it was made, and the randomness that it is made by."""

    language: str
    random: Random
    words: dict[str, Any]
    applications: dict[str, Application] = field(default_factory=dict)
    servers: dict[str, Server] = field(default_factory=dict)
    interfaces: list[Interface] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    needs: set[tuple[str, str]] = field(default_factory=set)  # names of servers
    _addresses: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, language: str, seed: int) -> "Estate":
        """An empty estate of a client that writes a language."""
        return cls(language, Random(seed), CLIENTS[language])  # noqa: S311 - no secrets

    def add(self, server: Server) -> Server:
        """Add a machine; its name must be new."""
        if server.name.lower() in self.servers:
            raise ValueError(f"{server.name} exists already")
        self.servers[server.name.lower()] = server
        return server

    def address(self, network: str) -> str:
        """The next free address of a network such as `10.20`."""
        number = self._addresses[network] = self._addresses.get(network, 10) + 1
        return f"{network}.{number // 240}.{number % 240 + 10}"

    def pick(self, rows: list[list[Any]]) -> list[Any]:
        """One of the rows whose last column is its share."""
        return self.random.choices(rows, [row[-1] for row in rows])[0]

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random.random() < share
