"""Prints how right the results are: `python -m quality [SECTION…]`; ends with 1 below a target."""

import sys
from pathlib import Path

from quality import edges, headers, plans, silence, types, words
from quality.figures import print_section

#: The labelled files lie beside the checkout; they are read there, never copied.
DATA = Path(__file__).parents[2] / "shared" / "data"

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
    chosen = [SECTIONS[name] for name in sys.argv[1:] or SECTIONS]
    good = [print_section(title, measure(DATA)) for title, measure in chosen]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
