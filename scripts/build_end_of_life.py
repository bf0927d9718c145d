"""Builds the table of end-of-life dates from product pages of endoflife.date.

    python -m scripts.build_end_of_life FOLDER DAY

FOLDER holds pages as in https://github.com/endoflife-date/endoflife.date, `products` (MIT licence),
as they were on DAY. Those are taken that rules name (`operating_systems.yaml`, `products.yaml`),
and of these only facts of their front matter: release cycles and dates. `yes` and `no` stand where
the page says that a cycle has ended, or has no date yet. Comments tell what each date means.
"""

import csv
import io
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from discovery_dagster.reference import load

TABLE = Path(__file__).parents[1] / "discovery_dagster" / "reference" / "end_of_life.csv"

HEAD = """\
# Facts from endoflife.date (https://endoflife.date, MIT) as of {day}, written by
# scripts/build_end_of_life.py. support_end: end of active support; eol: end of security fixes for
# all; extended_end: of those that are paid for or for subscribers. yes/no: over or not, no date.
"""


def rows(page: Path) -> list[list[str]]:
    """Return one row a release cycle of a product page, in the page's order."""
    front = yaml.safe_load(page.read_text("utf-8").split("\n---", 1)[0])
    return [
        [
            page.stem,
            str(cycle["releaseCycle"]),
            label(cycle),
            *(cell(cycle.get(key)) for key in ("releaseDate", "eoas", "eol", "eoes")),
            f"https://endoflife.date{front['permalink']}",
        ]
        for cycle in front["releases"]
    ]


def label(cycle: dict[str, Any]) -> str:
    """Return what people call the cycle, without placeholders and code names."""
    text = re.sub(r"'?__\w+__'?", "", str(cycle.get("releaseLabel") or ""))
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


def cell(value: object) -> str:
    """Return a date as ISO 8601, and a truth value as yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def products() -> list[str]:
    """Return the names of the pages that rules name, sorted."""
    systems = (*load("operating_systems")["systems"], *load("products")["systems"])
    return sorted({system["product"] for system in systems if "product" in system})


def main(folder: Path, day: str) -> None:
    """Write the table of the pages in `folder`, which are as they were on `day`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = "product cycle label release_date support_end eol extended_end source"
    writer.writerow(columns.split())
    for name in products():
        writer.writerows(rows(folder / f"{name}.md"))
    TABLE.write_text(HEAD.format(day=day) + text.getvalue(), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
