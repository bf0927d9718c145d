"""`discovery plan scenario`: sets of constraints under names, compared before one is the plan."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from discovery_dagster.cli.options import AsJson, Author, Client, Engagement
from discovery_dagster.cli.plan_previews import planned_session, read_constraints
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.rerun import Rerun, rerun
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.decisions.scenarios import BOARD, Scenario, with_changes
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import open_database
from discovery_dagster.store.decisions import scenarios
from discovery_dagster.store.objects import object_store

_LISTED = 40  # groups and broken needs that the terminal shows; `--json` gives all

app = typer.Typer(
    help="Save sets of constraints under names, compare two of them, and make one the plan.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Name of the scenario, such as “by data centre”.")]
Compared = Annotated[
    str, typer.Argument(help=f"Name of a scenario, or `{BOARD}` for the constraints in force.")
]
Where = Annotated[
    str | None, typer.Option("--session", help="Whose plan; by default the newest that there is.")
]


@app.command()
def save(
    name: Name,
    client: Client,
    engagement: Engagement,
    author: Author,
    base: Annotated[
        str, typer.Option("--from", help=f"A scenario to begin with, or `{BOARD}`.")
    ] = BOARD,
    added: Annotated[
        list[str] | None,
        typer.Option("--set", help="A constraint as `plan set` takes it, such as 'pin web-01 2'."),
    ] = None,
    removed: Annotated[
        list[int] | None, typer.Option("--remove", help="Number of one that it begins with.")
    ] = None,
    session: Where = None,
    reason: Annotated[str | None, typer.Option(help="What the scenario is for.")] = None,
    as_json: AsJson = False,
) -> None:
    """Save the constraints in force, or of another scenario, under a name, with some changes.

    What is in force stays as it is. A scenario of the same name is replaced.
    """
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        where = planned_session(database, key, session)
        begun = scenarios.limits_of(database, key, base)
        limits = with_changes(begun, read_constraints(database, key, added or ()), removed or ())
        saved = scenarios.save(database, where, name, limits, reason, author)
    if as_json:
        say_json(_document(saved))
        return
    say(f"Saved “{saved.name}”: {_number(saved.constraints)}.")


@app.command("list")
def list_scenarios(client: Client, engagement: Engagement, as_json: AsJson = False) -> None:
    """List the scenarios and their constraints."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        saved = scenarios.current(database, key)
    if as_json:
        say_json({"scenarios": [_document(each) for each in saved]})
        return
    if not saved:
        say(f"{key} has no scenarios.")
        return
    table = table_of("Scenarios", "name", "number", "constraint", "author", "when")
    for each in saved:
        ends = each.author, f"{each.at:%Y-%m-%d %H:%M}"
        table.add_row(each.name, "", each.reason or _number(each.constraints), *ends)
        for constraint in each.constraints:
            table.add_row("", str(constraint.id), constraint.sentence, "", "")
    terminal().print(table)


@app.command()
def compare(
    left: Compared,
    right: Compared,
    client: Client,
    engagement: Engagement,
    session: Where = None,
    as_json: AsJson = False,
) -> None:
    """Compare two scenarios: waves, sizes, groups that move, broken needs; nothing runs."""
    from discovery_dagster.store import plan_previews  # the plan's libraries cost half a second

    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        where = planned_session(database, key, session)
        limits = [scenarios.limits_of(database, key, name) for name in (left, right)]
        compared = plan_previews.compare(database, object_store(settings), where, *limits)
    document = {
        "session": str(where),
        "left": {"name": left, **vars(compared.left)},
        "right": {"name": right, **vars(compared.right)},
        "waves": compared.waves.to_dicts(),
        "groups": compared.groups.to_dicts(),
        "moves": compared.moves.to_dicts(),
    }
    if as_json:
        say_json(document)
    else:
        _show(document)


@app.command()
def apply(
    name: Name,
    client: Client,
    engagement: Engagement,
    author: Author,
    run: Rerun = None,
    as_json: AsJson = False,
) -> None:
    """Put the constraints of a scenario in the place of those in force, and make the plan anew."""
    key = EngagementKey(client, engagement)
    settings = Settings()
    with open_database(settings) as database:
        done = scenarios.apply(database, key, name, author)
        if not as_json:
            say(f"“{name}” is set: {_number(done.added)} added, {_number(done.removed)} removed.")
        touched = [row.session for row in sessions.sessions(database, key)]
        outcomes = rerun(settings, database, touched, run, as_json=as_json)
    if as_json:
        say_json(
            {
                "added": [each.sentence for each in done.added],
                "removed": [each.sentence for each in done.removed],
                "sessions": outcomes,
            }
        )


@app.command()
def remove(
    name: Name,
    client: Client,
    engagement: Engagement,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Remove a scenario; what is in force stays as it is."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        ended = scenarios.remove(database, key, name, author)
    if as_json:
        say_json(_document(ended))
        return
    say(f"Removed “{ended.name}”.")


def _document(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "constraints": [
            {
                "number": each.id,
                "kind": each.kind,
                "values": each.values,
                "reason": each.reason,
                "sentence": each.sentence,
            }
            for each in scenario.constraints
        ],
        "reason": scenario.reason,
        "author": scenario.author,
        "at": scenario.at,
    }


def _number(constraints: Sequence[Constraint]) -> str:
    return "1 constraint" if len(constraints) == 1 else f"{len(constraints)} constraints"


def _show(document: dict[str, Any]) -> None:
    left, right = document["left"], document["right"]
    console = terminal()
    figures = table_of(f"Plan of {document['session']}", "", left["name"], right["name"])
    for title, field in (
        ("waves", "waves"),
        ("groups", "groups"),
        ("assets that move", "assets"),
        ("assets of the largest wave", "largest"),
        ("hours of work", "hours"),
        ("last day", "ends"),
    ):
        figures.add_row(title, *(_cell(side[field]) for side in (left, right)))
    for title, field in (("broken needs", "broken"), ("conflicts", "conflicts")):
        figures.add_row(title, *(str(len(side[field])) for side in (left, right)))
    for row in document["waves"]:
        figures.add_row(f"assets of wave {row['wave']}", str(row["left"]), str(row["right"]))
    console.print(figures)
    groups = table_of("Groups in another wave", "group", "assets", left["name"], right["name"])
    for row in document["groups"][:_LISTED]:
        groups.add_row(row["name"], str(row["assets"]), _cell(row["left"]), _cell(row["right"]))
    console.print(groups)
    if (more := len(document["groups"]) - _LISTED) > 0:
        say(f"{more} more; `--json` has all of them.")
    for side in (left, right):
        for need in side["broken"][:_LISTED]:
            say(
                f"{side['name']}: {need['source']} (wave {need['source_wave']}) {need['words']}"
                f" {need['target']} (wave {need['target_wave']}), {need['evidence']}"
            )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
