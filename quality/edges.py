"""Edges: how many of those found are true, and how many of the true ones are found.

The truth is what the files themselves or their publishers state; where a file does not state it in
so many words, it stands in `truth/edges.yaml`.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import yaml

from quality.derive import Derived, derive
from quality.figures import Comparison, Figure

PRECISION, RECALL = 0.98, 0.95

Edge = tuple[str, str]
_TRUTH: Final = yaml.safe_load((Path(__file__).parent / "truth" / "edges.yaml").read_text("utf-8"))


def figures(data: Path) -> Iterator[Figure]:
    """Measure each labelled file below `data`, and the move groups of the dependency export."""
    for subject, (pattern, truth) in LABELLED.items():
        paths = sorted(data.glob(pattern))
        derived = derive(paths)
        wanted = truth(paths)
        compared = Comparison(frozenset(found(derived)), frozenset(wanted))
        detail = f"{len(compared.found)} found, {len(compared.truth)} true"
        yield Figure(subject, "edge precision", compared.precision, PRECISION, detail)
        yield Figure(subject, "edge recall", compared.recall, RECALL, detail)
    yield _move_groups(data)


def found(derived: Derived) -> set[Edge]:
    """Return the edges; placements on bare addresses and administration are not counted."""
    kept = derived.edges.filter(derived.edges["infrastructure"].is_null())
    ends = set(kept.select("source", "target").iter_rows())
    return {(source.lower(), target.lower()) for source, target in ends if not _is_node(target)}


def _is_node(name: str) -> bool:
    return name.replace(".", "").isdigit()


def _stated_services(paths: list[Path]) -> set[Edge]:
    """Nezha's declared graph; its rows of node addresses are placements."""
    with paths[0].open(encoding="utf-8", newline="") as file:
        rows = [(row["Source"], row["Target"]) for row in csv.DictReader(file)]
    return {row for row in rows if not _is_node(row[1])}


def _labelled(name: str) -> Callable[[list[Path]], set[Edge]]:
    return lambda _: {(source, target) for source, target in _TRUTH[name]}


def _relations(paths: list[Path]) -> set[Edge]:
    """The CRM estate's typed relations; what contains something is what it runs on."""
    rows = json.loads(next(path for path in paths if "relation" in path.name).read_text("utf-8"))
    ends = ((row["parent"].lower(), row["child"].lower(), row["type"]) for row in rows)
    return {(b, a) if kind.startswith("Contains") else (a, b) for a, b, kind in ends}


def _calls(paths: list[Path]) -> set[Edge]:
    """Jaeger's document: parent calls child."""
    rows = json.loads(paths[0].read_text("utf-8"))
    return {(row["parent"].lower(), row["child"].lower()) for row in rows}


def _flows(paths: list[Path]) -> set[Edge]:
    """A data-flow model's flows, as given."""
    flows = json.loads(paths[0].read_text("utf-8"))["information_flows"]
    return {(flow["sender"].lower(), flow["receiver"].lower()) for flow in flows}


LABELLED: Mapping[str, tuple[str, Callable[[list[Path]], set[Edge]]]] = {
    "Nezha, declared": ("nezha/*_dependency.csv", _stated_services),
    "Nezha, hipster trace": ("nezha/hipster*_trace.csv", _labelled("hipster")),
    "cmdb-kit": ("cmdb-kit/*.json", _relations),
    "Jaeger, small": ("jaeger/dependencies_small.json", _calls),
    "microSecEnD, petclinic": ("microsecend/spring-petclinic*.json", _flows),
    "microSecEnD, ewolff": ("microsecend/ewolff*.json", _flows),
    "microSecEnD, tap-and-eat": ("microsecend/jferrater*.json", _flows),
    "Azure dependency sample": ("azure-migrate/*dependency-export*.csv", _labelled("azure")),
}


def _move_groups(data: Path) -> Figure:
    """The groups of the dependency export that its publisher's own tool makes."""
    derived = derive(sorted(data.glob("azure-migrate/*dependency-export*.csv")))
    groups = {tuple(names) for names in derived.plan.groups["assets"] if len(names) > 1}
    wanted = {tuple(names) for names in _TRUTH["azure_groups"]}
    share = len(groups & wanted) / len(groups | wanted)
    return Figure("Azure dependency sample", "move groups", share, 1.0, f"{len(groups)} found")
