"""What a consultant with a script does: an estate's files to a plan, in pandas and networkx.

`python -m benchmarks.notebook FOLDER OUTPUT` reads `cmdb.csv`, `agents.csv` and `flows.csv`, merges
the machines by serial number and host name, classifies them by as many rules as Discovery has,
makes connections of the flow records, their components, cycles and levels, and writes CSV. It keeps
nothing else: no reasons, no rejected records, no lineage, no database. Prints its seconds and its
processor time as JSON, without the start of Python and its imports.
"""

import json
import re
import sys
import time
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from discovery_dagster.domain.classification.rules import Rule, rules

#: Which column of the merged machines a rule of Discovery reads here.
_COLUMNS = {"os": "Operating System", "vendor": "Manufacturer", "name": "name"}


def main(folder: Path, output: Path) -> None:
    """Do the whole job and print what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    machines = merge(clean(pd.read_csv(folder / "cmdb.csv", dtype=str)),
                     clean(pd.read_csv(folder / "agents.csv", dtype=str)))  # fmt: skip
    machines["type"] = classify(machines, list(rules().values()))
    edges = connections(pd.read_csv(folder / "flows.csv"), machines)
    nodes = arrange(edges)
    machines.to_csv(output / "assets.csv", index=False)
    edges.to_csv(output / "edges.csv", index=False)
    nodes.to_csv(output / "plan.csv", index=False)
    took = {
        "seconds": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "assets": len(machines),
        "edges": len(edges),
    }
    print(json.dumps(took))


def clean(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells without blanks around them, and empty ones as missing."""
    for column in frame.columns:
        frame[column] = frame[column].str.strip().replace("", np.nan)
    return frame


def merge(listed: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """One row a machine: those of both lists with one serial number, or else one host name."""
    listed["name"] = listed["Hostname"].str.lower()
    measured["name"] = measured["Name"].str.lower().str.split(".").str[0]
    both = listed.merge(measured, on="Serial Number", how="outer", suffixes=("", "_agent"))
    both["name"] = both["name"].fillna(both["name_agent"])
    both["Manufacturer"] = both["Manufacturer"].fillna(both["Manufacturer_agent"])
    for column in ("CPUs", "Memory (GB)"):
        both[column] = pd.to_numeric(both[column])
    return both.drop_duplicates("name").reset_index(drop=True)


def classify(machines: pd.DataFrame, every_rule: list[Rule]) -> pd.Series:
    """The type of the first rule that fits; what no column here has is looked for in the name."""
    types = pd.Series("unknown", index=machines.index)
    words = {column: machines[column].fillna("").unique() for column in _COLUMNS.values()}
    for rule in every_rule:
        column, pattern = _COLUMNS.get(rule.field, "name"), re.compile(rule.pattern)
        fitting = {word for word in words[column] if pattern.search(word)}
        types[machines[column].isin(fitting) & (types == "unknown")] = rule.type
    return types


def connections(flows: pd.DataFrame, machines: pd.DataFrame) -> pd.DataFrame:
    """One row for each pair of machines and port, with what was seen of it."""
    edges = (
        flows.groupby(["src_ip", "dst_ip", "dst_port", "protocol"], sort=False)
        .agg(flows=("bytes", "size"), bytes=("bytes", "sum"), first=("start", "min"),
             last=("end", "max"))
        .reset_index()
    )  # fmt: skip
    names = machines.dropna(subset=["IP Address"]).drop_duplicates("IP Address")
    names = names.set_index("IP Address")["name"]
    edges["source"] = edges["src_ip"].map(names).fillna(edges["src_ip"])
    edges["target"] = edges["dst_ip"].map(names).fillna(edges["dst_ip"])
    return edges


def arrange(edges: pd.DataFrame) -> pd.DataFrame:
    """Component, cycle and level of each machine: what it needs has a lower level."""
    graph = nx.from_pandas_edgelist(edges, "source", "target", create_using=nx.DiGraph)
    component = {
        node: number
        for number, nodes in enumerate(nx.weakly_connected_components(graph))
        for node in nodes
    }
    condensed = nx.condensation(graph)
    level = dict.fromkeys(condensed, 0)
    for cycle in reversed(list(nx.topological_sort(condensed))):
        level[cycle] = 1 + max((level[needed] for needed in condensed[cycle]), default=-1)
    cycles = condensed.graph["mapping"]
    return pd.DataFrame(
        {
            "name": list(graph),
            "component": [component[node] for node in graph],
            "cycle": [cycles[node] for node in graph],
            "level": [level[cycles[node]] for node in graph],
        }
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
