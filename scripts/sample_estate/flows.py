"""Writes the network flows as an AWS VPC flow log, version 2."""

from dataclasses import dataclass
from pathlib import Path

from sample_estate.ledger import Ledger
from sample_estate.model import Conversation, Estate
from sample_estate.needs import SILENT

FILE = "vpc_flow.log"
HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log-status"
)
ACCOUNT = "123456789012"
BEGIN = 1768435200  # 15 January 2026, 00:00 UTC
HOURS = 6
REJECTED, SILENT_WINDOWS, SKIPPED, PINGS = 150, 60, 8, 20
TCP, ICMP = 6, 1


@dataclass(frozen=True)
class Flow:
    """One line of the log and, when it shows a need, whose."""

    start: int
    text: str
    need: Conversation | None
    ignored: str | None = None


class _Clerk:
    """Words the lines; keeps the interface of each address."""

    def __init__(self, estate: Estate) -> None:
        self.random = estate.random
        self.estate = estate
        self.interfaces: dict[str, str] = {}

    def address(self, name: str, inside: bool = False) -> str:
        """Return the address a thing listens on (its last) or, `inside`, speaks from."""
        thing = self.estate.things.get(name)
        return name if thing is None else thing.addresses[0 if inside else -1]

    def interface(self, address: str) -> str:
        known = self.interfaces
        return known.setdefault(address, "eni-" + self.estate.hexadecimal(17))

    def line(self, source: tuple[str, int], target: tuple[str, int], protocol: int, seen_by: str,
             action: str = "ACCEPT") -> tuple[int, str]:  # fmt: skip
        """Return the start of a flow and its line."""
        start = BEGIN + self.random.randrange(HOURS * 3600)
        packets = self.random.randint(1, 60) if action == "ACCEPT" else 1
        size = packets * self.random.randint(52, 900)
        ends = f"{source[0]} {target[0]} {source[1]} {target[1]} {protocol} {packets} {size}"
        window = f"{start} {start + self.random.choice([59, 60, 119])}"
        interface = self.interface(seen_by)
        return start, f"2 {ACCOUNT} {interface} {ends} {window} {action} OK"

    def conversation(self, talk: Conversation) -> list[Flow]:
        """Return the flows of a conversation: mostly requests, some answers."""
        client, server = self.address(talk.client, inside=True), self.address(talk.server)
        flows = []
        for number in range(talk.records):
            ends = (client, self.random.randint(32768, 60999)), (server, talk.port)
            source, target = ends if number % 3 != 2 else ends[::-1]
            flows.append(Flow(*self.line(source, target, talk.protocol, server), talk))
        return flows


def _noise(estate: Estate, clerk: _Clerk) -> list[Flow]:
    """Return what shows no need: refused and empty windows."""
    talkers = [
        thing for thing in estate.of_type("virtual_machine")
        if thing.powered_on and thing.name not in SILENT
    ]  # fmt: skip
    flows = []
    for _ in range(REJECTED):
        client, server = estate.random.sample(talkers, 2)
        outside = f"203.0.113.{estate.random.randint(200, 250)}"
        origin = outside if estate.random.random() < 0.5 else client.addresses[0]
        ends = (
            (origin, estate.random.randint(32768, 60999)),
            (server.addresses[0], estate.random.choice([22, 23, 445, 1433, 3389])),
        )
        line = clerk.line(*ends, TCP, server.addresses[0], "REJECT")
        flows.append(Flow(*line, None, "rejected flow"))
    for number in range(SILENT_WINDOWS + SKIPPED):
        status = "NODATA" if number < SILENT_WINDOWS else "SKIPDATA"
        start = BEGIN + estate.random.randrange(HOURS * 3600)
        interface = clerk.interface(estate.random.choice(talkers).addresses[0])
        line_text = f"2 {ACCOUNT} {interface} {'- ' * 7}{start} {start + 60} - {status}"
        flows.append(Flow(start, line_text, None, "no data"))
    return flows


def _pings(estate: Estate, clerk: _Clerk) -> list[Flow]:
    """Return pings of the monitoring, between ends that talk anyway; they have no port."""
    watched = [talk for talk in estate.conversations if talk.service == "monitoring"]
    flows = []
    for talk in estate.random.sample(watched, PINGS):
        ends = [(clerk.address(name, inside=True), 0) for name in (talk.client, talk.server)]
        flows.append(Flow(*clerk.line(ends[0], ends[1], ICMP, ends[1][0]), None))
    return flows


def write(estate: Estate, ledger: Ledger, folder: Path) -> None:
    """Write the log into `folder`, in order of time, and note every record."""
    clerk = _Clerk(estate)
    flows = [flow for talk in estate.conversations for flow in clerk.conversation(talk)]
    flows += _noise(estate, clerk) + _pings(estate, clerk)
    flows.sort(key=lambda flow: (flow.start, flow.text))
    ledger.file(FILE, encoding="utf-8", delimiter=" ")
    for line, flow in enumerate(flows, start=2):
        if flow.ignored is not None:
            ledger.refuse(FILE, None, line, "ignored", flow.ignored)
            continue
        ledger.accept(FILE, None, line)
        if flow.need is not None:
            talk = flow.need
            ledger.observe(talk.client, talk.server, talk.protocol, talk.port, talk.service)
    text = "\n".join([HEADER, *(flow.text for flow in flows)]) + "\n"
    (folder / FILE).write_bytes(text.encode("ascii"))
