"""Options that several commands share."""

from typing import Annotated

import typer

Client = Annotated[str, typer.Option("--client", help="Slug of the client, such as acme.")]
Engagement = Annotated[
    str, typer.Option("--engagement", help="Slug of the engagement, such as dc-exit.")
]
Session = Annotated[str, typer.Option("--session", help="Session key, such as s001.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else on stdout.")
]
Asset = Annotated[str, typer.Argument(help="Id of an asset, or its unambiguous name.")]
Author = Annotated[
    str | None, typer.Option(help="Who decides; by default the user of this terminal.")
]
