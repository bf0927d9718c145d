"""Options that several commands share."""

import getpass
from typing import Annotated

import typer


def _require_name(author: str) -> str:
    if not author.strip():
        raise typer.BadParameter("nobody is named.")
    return author


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
    str,
    typer.Option(
        help="Who decides; by default the user of this terminal.",
        default_factory=getpass.getuser,
        show_default=False,
        callback=_require_name,
    ),
]
