"""`discovery demo`: everything from nothing, on the bundled sample estate."""

from importlib.resources import as_file

import typer

from discovery_dagster.cli.importing import import_drop
from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.terminal import say
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.reference import SAMPLE_ESTATE

DEMO = EngagementKey("demo", "sample-estate")

_FURTHER = """
Where to look:
  discovery status --client demo
  discovery export assets --client demo --engagement sample-estate --session s001
  discovery export rejects --client demo --engagement sample-estate --session s001 --format json
  discovery up                              pages in the browser: it prints their address and
                                            a token; start at /engagements/demo.sample-estate
  discovery import PATH… --client C --engagement E      your own files
"""


def demo(as_json: AsJson = False) -> None:
    """Import the bundled sample estate through Dagster and show what came of it."""
    with as_file(SAMPLE_ESTATE) as folder:
        files = sorted(file for file in folder.iterdir() if file.name != "truth.json")
        code = import_drop(DEMO, files, title="Bundled sample estate", as_json=as_json)
    if not as_json:
        say(_FURTHER)
    raise typer.Exit(code)
