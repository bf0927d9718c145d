"""Runs the benchmarks: `python -m benchmarks [NAME…]`."""

import sys

from benchmarks import (
    classification,
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
    "neighbours": neighbours.run,
}


def main() -> None:
    """Run those that are named, or all."""
    print(machine())
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
