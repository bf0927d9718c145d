"""The command line: parses, calls, presents. `discovery --help` lists what it does."""

from discovery_dagster.cli.app import main

__all__ = ["main"]
