"""The labelled inventories: which files, and what people who know them say of each thing."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from discovery_dagster.reference import SAMPLE_ESTATE

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Labelled:
    """Files that are imported together, and a row of labels for each thing in them."""

    subject: str
    paths: Sequence[Path]
    labels: Sequence[dict[str, str]]


def inventories(data: Path) -> Iterator[Labelled]:
    """Yield those made for this, the sample estate, and those of others below `data`."""
    for estate in sorted((_HERE / "estates").iterdir()):
        if estate.is_dir():
            files = sorted(path for path in estate.iterdir() if path.name != "truth.csv")
            yield Labelled(estate.name, files, _labels(estate / "truth.csv"))
    yield _sample()
    labels = _labels(_HERE / "truth" / "assets.csv")
    for pattern in dict.fromkeys(label["files"] for label in labels):
        own = [label for label in labels if label["files"] == pattern]
        yield Labelled(pattern, sorted(data.glob(pattern)), own)


def _labels(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sample() -> Labelled:
    truth = json.loads((SAMPLE_ESTATE / "truth.json").read_text("utf-8"))
    paths = [Path(str(SAMPLE_ESTATE / file["file"])) for file in truth["files"]]
    labels = [
        {name: thing.get(name) or "" for name in ("name", "type", "environment", "criticality")}
        # `unknown` there says that no record states it; a name may tell it all the same.
        | {name: "" for name in ("environment", "criticality") if thing.get(name) == "unknown"}
        for thing in truth["things"]
    ]
    return Labelled("sample estate", paths, labels)
