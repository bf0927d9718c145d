"""`discovery plan`: what people set about the migration plan of an engagement."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from discovery_dagster.cli import plan_scenarios
from discovery_dagster.cli.histories import AllOfThem, show_history
from discovery_dagster.cli.options import (
    AsJson,
    Author,
    Client,
    Engagement,
)
from discovery_dagster.cli.plan_previews import preview
from discovery_dagster.cli.requiring import require_engagement
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.domain.decisions import constraints as rules
from discovery_dagster.domain.decisions.constraints import KINDS, Constraint
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database
from discovery_dagster.store.decisions import constraint_subjects, constraints
from discovery_dagster.store.decisions.constraint_subjects import Subjects

_NAMED = 8  # assets that a name means and that are listed

app = typer.Typer(help="Set constraints of the migration plan.", no_args_is_help=True)

_USAGES = "; ".join(f"{name} {kind.usage}" for name, kind in KINDS.items())
app.command()(preview)
app.add_typer(plan_scenarios.app, name="scenario")

KindOf = Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {_USAGES}.")]


@app.command("set")
def set_constraint(
    kind: KindOf,
    values: Annotated[
        list[str], typer.Argument(help="Values of the constraint, as its kind needs them.")
    ],
    client: Client,
    engagement: Engagement,
    author: Author,
    reason: Annotated[str | None, typer.Option(help="Why; the plan shows it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set a limit, an order of environments, a date, a freeze, a pin, what stays together or apart.

    In the place of an asset may stand the id or name of a move group, `application:Webshop`,
    `environment:test` or a pattern such as `web-*`; which assets that means is said at once.
    """
    key = EngagementKey(client, engagement)
    checked = rules.check(kind, values)
    with open_database(Settings()) as database:
        require_engagement(database, key)
        subjects = constraint_subjects.resolve(database, key, kind, checked)
        constraint = constraints.add(database, key, kind, subjects.values, reason, author)
    if not as_json:
        for sentence in _meaning(subjects):
            say(sentence)
    _report(key, constraint, "Set", subjects.matches, as_json=as_json)


@app.command()
def remove(
    number: Annotated[int, typer.Argument(help="Number of the constraint, as `show` lists it.")],
    client: Client,
    engagement: Engagement,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Remove a constraint; the log keeps that it was in force."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        require_engagement(database, key)
        ended = constraints.remove(database, key, number, author)
    _report(key, ended, "Removed", as_json=as_json)


@app.command()
def show(
    client: Client,
    engagement: Engagement,
    all_of_them: AllOfThem = False,
    as_json: AsJson = False,
) -> None:
    """Show the constraints, who set them and why."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        require_engagement(database, key)
        recorded = constraints.history(database, key)
    show_history(
        recorded,
        "constraints",
        {"values": "values"},
        f"Nothing is set for {key}.",
        all_of_them=all_of_them,
        as_json=as_json,
    )


def _meaning(subjects: Subjects) -> list[str]:
    """Say which assets the names mean that stand for several."""
    sentences = []
    if subjects.groups:
        groups = ", ".join(subjects.groups)
        sentences.append(f"Applies to the assets of {groups} in {subjects.session}.")
    for name, assets in subjects.matches.items():
        more = len(assets) - _NAMED
        listed = ", ".join(assets[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        number = "1 asset" if len(assets) == 1 else f"{len(assets):,} assets"
        sentences.append(f"{name} means {number} in {subjects.session}: {listed}.")
    return sentences


def _report(
    key: EngagementKey,
    constraint: Constraint,
    verb: str,
    matches: Mapping[str, Sequence[str]] | None = None,
    *,
    as_json: bool,
) -> None:
    command = f"discovery backfill --client {key.client} --engagement {key.engagement}"
    if as_json:
        document = {
            "id": constraint.id,
            "kind": constraint.kind,
            "values": constraint.values,
            "reason": constraint.reason,
            "author": constraint.author,
            "sentence": constraint.sentence,
            "matches": matches or {},
            "run": command,
        }
        say_json(document)
        return
    say(f"{verb} as number {constraint.id}: {constraint.sentence}. To apply it:\n{command}")
