"""`discovery token`: tokens of the read API and the pages."""

import getpass
from datetime import timedelta
from typing import Annotated, Any

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.keys import EngagementKey, slug
from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.scope import Scope
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions, tokens
from discovery_dagster.store.database import open_database

#: What a token of each role is said to be good for.
_MAY = {Role.VIEWER: "see", Role.EDITOR: "see and edit", Role.OPERATOR: "see, edit and operate"}

app = typer.Typer(help="Tokens of the read API and the pages.", no_args_is_help=True)


@app.command("create")
def create(
    client: Annotated[str, typer.Option(help="Slug of the client that the token is for.")],
    engagement: Annotated[
        list[str] | None, typer.Option(help="Only this engagement; may be repeated.")
    ] = None,
    role: Annotated[
        Role, typer.Option(help="viewer: looks; editor: decides as well; operator: all of that.")
    ] = Role.VIEWER,
    name: Annotated[
        str | None,
        typer.Option(help="Whom it is for; stands beside what an editor decides, by default you."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Create a token and show it, this once."""
    scope = Scope(slug(client, "client"), tuple(engagement or ()))
    with open_database(Settings()) as database:
        known = sessions.engagements(database, client)
        missing = [name for name in scope.engagements if EngagementKey(client, name) not in known]
        if not known or missing:
            named = f"engagement {client}.{missing[0]}" if missing else f"client {client}"
            raise UsageError("no_such_engagement", f"There is no {named}.")
        token, secret = tokens.create(
            database, scope, timedelta(days=days), role, _name(role, name)
        )
    if as_json:
        say_json({**_document(token), "token": secret})
        return
    say(secret)
    may = f"{_MAY[token.role]} {token.scope} until {token.expires_at:%Y-%m-%d}"
    say(
        f"May {may}. It is not shown again; `discovery token revoke {token.id}` ends it.",
        to_stderr=True,
    )


@app.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """List the tokens, without their secrets."""
    with open_database(Settings()) as database:
        listed = tokens.listed(database)
    if as_json:
        say_json({"tokens": [_document(token) for token in listed]})
        return
    table = table_of("Tokens", "id", "role", "for", "of", "made", "expires", "revoked")
    for token in listed:
        table.add_row(
            token.id,
            token.role,
            token.name or "",
            str(token.scope),
            f"{token.created_at:%Y-%m-%d}",
            f"{token.expires_at:%Y-%m-%d}",
            f"{token.revoked_at:%Y-%m-%d}" if token.revoked_at else "",
        )
    terminal().print(table)


@app.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="Id of the token.")], as_json: AsJson = False
) -> None:
    """Revoke a token."""
    with open_database(Settings()) as database:
        tokens.revoke(database, token)
    if as_json:
        say_json({"id": token, "revoked": True})
    else:
        say(f"{token} is revoked.")


def _name(role: Role, name: str | None) -> str | None:
    """Whom a token is for; without a name an editor's is for whoever creates it."""
    if name is None:
        return getpass.getuser() if role.may_edit else None
    return " ".join(name.split())


def _document(token: tokens.AccessToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "role": token.role,
        "name": token.name,
        "scope": str(token.scope),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
