"""What the files hold, noted while they are written. Writers write here; nothing is parsed."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sample_estate.model import Estate


@dataclass
class Edge:
    """One true need between two things, or between a thing and an endpoint nobody knows."""

    source: str
    target: str
    relation: str
    declared: list[dict[str, Any]] = field(default_factory=list)
    ports: set[tuple[int, int]] = field(default_factory=set)  # protocol number and port
    observed: int = 0  # accepted rows of the flow log that have a port
    service: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the edge as the truth file writes it."""
        kinds = ["declared"] * bool(self.declared) + ["observed"] * bool(self.observed)
        return {
            "source": self.source,
            "target": self.target,
            "relation": self.relation,
            "evidence": kinds,
            "declared": self.declared,
            "observed": self.observed,
            "ports": [
                f"{ {6: 'tcp', 17: 'udp'}[number] }/{port}" for number, port in sorted(self.ports)
            ],
            "infrastructure": self.service,
        }


class Ledger:
    """Accounts of all files, records of each thing, and evidence of each need."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.files: dict[str, dict[str, Any]] = {}
        self.records: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.spellings: dict[str, set[str]] = defaultdict(set)
        self.edges: dict[tuple[str, str, str], Edge] = {}

    def file(self, name: str, **facts: str) -> None:
        """Open the account of a file."""
        self.files[name] = {**facts, "tables": {}}

    def table(self, file: str, sheet: str | None) -> dict[str, Any]:
        """Return the account of a table, opening it when it is new."""
        tables: dict[str | None, dict[str, Any]] = self.files[file]["tables"]
        empty: dict[str, Any] = {
            "sheet": sheet,
            "records": 0,
            "accepted": 0,
            "rejected": [],
            "ignored": [],
        }
        return tables.setdefault(sheet, empty)

    def accept(
        self, file: str, sheet: str | None, line: int, thing: str | None = None, name: str = ""
    ) -> None:
        """Note a record that is to be accepted, the thing it is of and the name it uses."""
        table = self.table(file, sheet)
        table["records"] += 1
        table["accepted"] += 1
        if thing is not None:
            self.records[thing].append({"file": file, "sheet": sheet, "line": line})
            self.spellings[thing].add(name or thing)

    def refuse(self, file: str, sheet: str | None, line: int, outcome: str, reason: str) -> None:
        """Note a record that is to be `rejected` or `ignored`."""
        table = self.table(file, sheet)
        table["records"] += 1
        table[outcome].append({"line": line, "reason": reason})

    def declare(self, edge: tuple[str, str, str], file: str, sheet: str | None, line: int) -> None:
        """Note a record that declares an edge (source, target, relation)."""
        place = {"file": file, "sheet": sheet, "line": line}
        self.edges.setdefault(edge, Edge(*edge)).declared.append(place)

    def observe(
        self, source: str, target: str, protocol: int, port: int, service: str | None
    ) -> None:
        """Note one flow; it is of the need that is declared between the two, if there is one."""
        stated = [(source, target, relation) for relation in ("depends_on", "connects_to")]
        key = next((key for key in stated if key in self.edges), stated[-1])
        edge = self.edges.setdefault(key, Edge(*key))
        edge.observed += 1
        edge.ports.add((protocol, port))
        edge.service = service or edge.service

    def truth(self) -> str:
        """Return the truth file: JSON with one file, thing or edge a line.

        An edge that is declared and observed stands there once, with the declared relation.
        """
        known = self.estate.things
        edges = sorted(
            self.edges.values(), key=lambda edge: (edge.source, edge.target, edge.relation)
        )
        resolved = [edge for edge in edges if edge.source in known and edge.target in known]
        files = [
            {"file": name, **facts, "tables": [self._account(t) for t in facts["tables"].values()]}
            for name, facts in self.files.items()
        ]
        sections = {
            "files": files,
            "things": [self._thing(name) for name in known],
            "edges": [edge.as_json() for edge in resolved],
            "implied_edges": self._implied(),
            "unresolved_edges": [edge.as_json() for edge in edges if edge not in resolved],
        }
        body = ",\n".join(f'"{name}": {_one_a_line(rows)}' for name, rows in sections.items())
        return f"{{\n{body}\n}}\n"

    @staticmethod
    def _account(table: dict[str, Any]) -> dict[str, Any]:
        rejected, ignored = table["rejected"], table["ignored"]
        reasons = sorted({row["reason"] for row in ignored})
        lines = {
            reason: [r["line"] for r in ignored if r["reason"] == reason] for reason in reasons
        }
        return {
            **table,
            "rejected": len(rejected),
            "ignored": len(ignored),
            "rejected_records": rejected,
            "ignored_lines": lines,
        }

    def _thing(self, name: str) -> dict[str, Any]:
        """Return what is true of a thing as far as some record states it."""
        thing, records = self.estate.things[name], self.records[name]
        files = {record["file"] for record in records}
        listed = files & {"cmdb_servers.csv", "servicenow_cmdb.json"}
        return {
            "name": name,
            "names": sorted({*self.spellings[name], name}),
            "type": thing.type,
            "environment": thing.stage,
            "criticality": thing.criticality if listed else "unknown",
            "cpu_cores": thing.cores,
            "memory_gb": None if thing.memory_mib is None else thing.memory_mib / 1024,
            "addresses": thing.addresses if thing.powered_on or listed else [],
            "named_only": thing.named_only,
            "files": sorted(files),
            "records": records,
        }

    def _implied(self) -> list[dict[str, str]]:
        """Return true edges that nothing states as such: they are neither missed nor wrong.

        A virtual machine runs on its host's cluster; an application on the machines that name it.
        """
        machines = self.estate.of_type("virtual_machine", "server")
        names = {thing.application: thing.name for thing in self.estate.of_type("application")}
        edges = [
            (machine.name, machine.cluster, relation)
            for machine in machines
            if machine.cluster
            for relation in ("runs_on", "member_of")
        ]
        edges += [(names[m.application], m.name, "runs_on") for m in machines if m.application]
        return [
            {"source": source, "target": target, "relation": relation}
            for source, target, relation in edges
            if (source, target, relation) not in self.edges
        ]


def _one_a_line(rows: list[dict[str, Any]]) -> str:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]"
