"""`discovery plan preview`: what constraints would change, before they are set."""

import getpass
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import AsJson, Client, Engagement
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.decisions import constraints as rules
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.decisions import constraint_subjects
from discovery_dagster.store.objects import object_store

_MOST_MOVES = 40  # that the terminal shows; `--json` gives all


def preview(
    client: Client,
    engagement: Engagement,
    added: Annotated[
        list[str] | None,
        typer.Option("--set", help="A constraint as `plan set` takes it, such as 'pin web-01 2'."),
    ] = None,
    removed: Annotated[
        list[int] | None, typer.Option("--remove", help="Number of one that is in force.")
    ] = None,
    session: Annotated[
        str | None, typer.Option(help="Whose plan; by default the newest that there is.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what constraints would change in the plan; nothing is set and nothing runs."""
    from discovery_dagster.store import plan_previews  # the plan's libraries cost half a second

    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        where = planned_session(database, key, session)
        constraints = read_constraints(database, key, added or ())
        shown = plan_previews.preview(
            database, object_store(settings), where, constraints, removed or ()
        )
    document = {
        "session": str(where),
        "moves": shown.moves.to_dicts(),
        "waves": shown.waves.to_dicts(),
        "new_conflicts": shown.new_conflicts["message"].to_list(),
        "ended_conflicts": shown.ended_conflicts["message"].to_list(),
    }
    if as_json:
        say_json(document)
    else:
        _show(document)


def planned_session(database: Database, key: EngagementKey, session: str | None) -> SessionKey:
    """The session that is named, or the newest of the engagement that has a plan."""
    if session is not None:
        named = SessionKey.of(key, session)
        sessions.find(database, named)
        return named
    newest = constraint_subjects.newest_planned(database, key)
    if newest is None:
        raise UsageError("not_run", f"{key} has no plan yet: import and run a session first.")
    return newest


def read_constraints(
    database: Database, key: EngagementKey, lines: Sequence[str]
) -> list[Constraint]:
    """The constraints that lines say, such as `pin web-01 2`, numbered from -1 down."""
    return [
        _constraint(database, key, -number, words) for number, words in enumerate(lines, start=1)
    ]


def _constraint(database: Database, key: EngagementKey, number: int, words: str) -> Constraint:
    try:
        kind, *values = shlex.split(words) or [""]
    except ValueError as error:
        raise UsageError("usage", f"--set {words}: a quotation mark is not closed.") from error
    checked = rules.check(kind, values)
    subjects = constraint_subjects.resolve(database, key, kind, checked)
    return Constraint(number, kind, subjects.values, None, getpass.getuser(), datetime.now(UTC))


def _show(document: dict[str, Any]) -> None:
    moves: Sequence[dict[str, Any]] = document["moves"]
    if not moves and not document["new_conflicts"] and not document["ended_conflicts"]:
        say(f"The plan of {document['session']} would stay as it is.")
        return
    console = terminal()
    sizes = table_of("Assets by wave", "wave", "now", "then")
    for row in document["waves"]:
        sizes.add_row(str(row["wave"]), str(row["before"]), str(row["after"]))
    console.print(sizes)
    changes = table_of("Changes", "asset", "what", "now", "then")
    for move in moves[:_MOST_MOVES]:
        changes.add_row(move["name"], move["field"], move["before"] or "", move["after"] or "")
    console.print(changes)
    if len(moves) > _MOST_MOVES:
        say(f"{len(moves) - _MOST_MOVES} more; `--json` has all of them.")
    for sentence in document["new_conflicts"]:
        say(f"New conflict: {sentence}")
    for sentence in document["ended_conflicts"]:
        say(f"No conflict any more: {sentence}")
