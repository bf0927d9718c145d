"""Writes the bundled sample estate and the truth about it.

    python scripts/build_sample_estate.py [FOLDER]

The company, its machines and their needs are a model (`sample_estate/company.yaml` and the modules
beside it). The files are written from the model, flaws included, and `truth.json` from the same
model: it never reads a file back, so that tests can hold the pipeline against it. The same bytes
come out every time.
"""

import sys
from pathlib import Path

from sample_estate import cmdb, flows, lists, rvtools, servicenow
from sample_estate.estate import build
from sample_estate.ledger import Ledger
from sample_estate.needs import add_needs

FOLDER = Path(__file__).parents[1] / "discovery_dagster" / "reference" / "sample_estate"


def main(folder: Path) -> None:
    """Write all files into `folder`, which is made when it is absent."""
    folder.mkdir(parents=True, exist_ok=True)
    estate = build()
    add_needs(estate)
    ledger = Ledger(estate)
    # The flows come last: a flow confirms a relation that was declared before.
    for source in (cmdb, rvtools, servicenow, lists, flows):
        source.write(estate, ledger, folder)
    (folder / "truth.json").write_bytes(ledger.truth().encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
