"""One installation on several machines, with faults of each: `make cluster-test`."""
