"""Runs the benchmarks: `python -m benchmarks [NAME…]`."""

import sys

from benchmarks import (
    classification,
    end_to_end,
    flows,
    graphs,
    identity,
    load,
    lookup,
    neighbours,
    pages,
    reading,
    scale,
    session,
    vacuum,
    validation,
)
from benchmarks.measure import machine

BENCHMARKS = {
    "reading": reading.run,
    "validation": validation.run,
    "lookup": lookup.run,
    "scale": scale.run,
    "flows": flows.run,
    "graphs": graphs.run,
    "session": session.run,
    "pages": pages.run,
    "identity": identity.run,
    "classification": classification.run,
    "load": load.run,
    "end_to_end": end_to_end.run,
    "neighbours": neighbours.pages,
    "neighbours_imports": neighbours.imports,
    "vacuum": vacuum.run,
}


#: What takes too long to be among all of them.
LONG = {"end_to_end_of_a_million": end_to_end.run_largest}


def main() -> None:
    """Run those that are named, or all but the long ones."""
    print(machine())
    for name in sys.argv[1:] or BENCHMARKS:
        (BENCHMARKS | LONG)[name]()


if __name__ == "__main__":
    main()
