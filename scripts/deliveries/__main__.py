"""Writes a delivery and its truth: `python -m scripts.deliveries FOLDER --seed 7 --servers 347`."""

import argparse
import json
from pathlib import Path

from scripts.deliveries import lists, virtualisation
from scripts.deliveries.estate import build
from scripts.deliveries.traffic import add_traffic
from scripts.deliveries.truth import truth


def deliver(folder: Path, language: str, seed: int, servers: int) -> dict[str, object]:
    """Write the files of a delivery into `folder` and return the truth about it."""
    folder.mkdir(parents=True, exist_ok=True)
    estate = build(language, seed, servers)
    add_traffic(estate)
    lists.write(estate, folder)
    virtualisation.write(estate, folder)
    return truth(estate)


def main() -> None:
    """Write what the command line asks for; the truth goes beside the folder."""
    parser = argparse.ArgumentParser(description="Writes a delivery of an invented client.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=["en", "de"], default="en")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--servers", type=int, default=347)
    arguments = parser.parse_args()
    known = deliver(arguments.folder, arguments.language, arguments.seed, arguments.servers)
    arguments.folder.with_suffix(".truth.json").write_text(json.dumps(known, indent=1), "utf-8")


if __name__ == "__main__":
    main()
