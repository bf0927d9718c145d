"""Whether the dependencies are listed, and under licences that are allowed.

`--write` writes the list of versions with their days anew, `--sbom FILE` the bill of materials.
"""

import argparse
import json
import sys
from pathlib import Path

from scripts.dependencies import bill, licences, releases


def main() -> int:
    """Check, or write; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--sbom", type=Path)
    options = parser.parse_args()
    materials = bill.written()
    if options.write:
        releases.LIST.write_text(releases.written(materials), "utf-8")
    if options.sbom:
        options.sbom.parent.mkdir(parents=True, exist_ok=True)
        options.sbom.write_text(json.dumps(materials, indent=1), "utf-8")
    wrong = [*licences.refusals(materials["components"]), *releases.missing()]
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
