"""Prints how right the results are: `python -m quality [SECTION…]`; ends with 1 below a target.

The section `sight` reads public files: `quality.first_sight` says which, and under which names.
"""

import sys
from pathlib import Path

from quality import edges, headers, plans, silence, types, words
from quality.figures import print_section
from quality.first_sight import print_sight

#: The labelled files lie beside the checkout; they are read there, never copied.
DATA = Path(__file__).parents[2] / "shared" / "data"
PUBLIC = DATA.parent / "public"
SIGHT = "sight"

SECTIONS = {
    "edges": ("Edges and move groups", edges.figures),
    "headers": ("Mapping of headers", headers.figures),
    "plans": ("Plans of whole deliveries", plans.figures),
    "silence": ("What went wrong without a word", silence.figures),
    "types": ("Types and judged fields", types.figures),
    "words": ("Meaning of single texts", words.figures),
}


def main() -> int:
    """Print the sections that are named, or all."""
    if not DATA.is_dir():
        print(f"There are no labelled files at {DATA}.", file=sys.stderr)
        return 2
    names = sys.argv[1:] or [*SECTIONS, SIGHT]
    chosen = [SECTIONS[name] for name in names if name != SIGHT]
    good = [print_section(title, measure(DATA)) for title, measure in chosen]
    if SIGHT in names and not PUBLIC.is_dir():
        print(f"\nFirst sight is not measured: there are no public files at {PUBLIC}.")
    elif SIGHT in names:
        good.append(not print_sight(PUBLIC, kinds=True))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
