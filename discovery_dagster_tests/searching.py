"""How many examples each property is tried with: few in `make test`, all in `make test-long`."""

import os

#: `few` and `many` try the same examples at every run, so that a red test means a changed project;
#: `search` (`make fuzz`) draws new ones.
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "few")

FEW, MANY = 10, 100


def examples(number: int) -> int:
    """Return how many examples a property with `number` of its own is tried with in this run."""
    return min(number, FEW) if PROFILE == "few" else number
