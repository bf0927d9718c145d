"""`discovery decisions`: the workbook of what needs a person, out and in again; and their log."""

import getpass
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from discovery_dagster.cli.errors import DONE, FAILED, UsageError
from discovery_dagster.cli.options import AsJson, Client, Engagement, Session
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.requiring import require_sessions
from discovery_dagster.cli.rerun import Rerun, rerun
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain import decision_workbook
from discovery_dagster.domain.decision_workbook.sheets import Problem
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.review.people import file_names
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.settings import Settings
from discovery_dagster.store import review, sessions
from discovery_dagster.store.database import open_database
from discovery_dagster.store.decisions import answers, audit
from discovery_dagster.store.findings import open_workbook
from discovery_dagster.store.objects import object_store

app = typer.Typer(
    help="Workbooks of what needs a decision, out and in, and the log of what was decided.",
    no_args_is_help=True,
)

_MOST_PROBLEMS = 20  # that the terminal shows; `--refused` and `--json` give all


@app.command("export")
def export_workbook(
    client: Client,
    engagement: Engagement,
    session: Session,
    output: Annotated[Path, typer.Option("-o", "--output", help="Workbook to write.")] = Path(
        "decisions.xlsx"
    ),
    as_json: AsJson = False,
) -> None:
    """Write a workbook of what is uncertain, proposed, conflicting or unresolved."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    settings = Settings()
    with open_database(settings) as database:
        sessions.find(database, key)
        workbook = open_workbook(database, object_store(settings), key)
    output.write_bytes(workbook.content)
    if as_json:
        document = {
            "file": str(output),
            "questions": workbook.questions,
            "left_out": workbook.left_out,
        }
        say_json(document)
        return
    table = table_of("Questions", "sheet")
    table.add_column("number", justify="right")
    for name, number in workbook.questions.items():
        left_out = workbook.left_out.get(name)
        table.add_row(name, f"{number:,}" + (f" of {number + left_out:,}" if left_out else ""))
    terminal().print(table)
    say(
        f"{output}: fill in the yellow columns, then\ndiscovery decisions import {output}"
        f" --client {client} --engagement {engagement} --session {session}"
    )


@app.command("people")
def ask_people(
    client: Client,
    engagement: Engagement,
    session: Session,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder to write a workbook for each of them to."),
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="One of them, by name; repeat for several.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say who can be asked what, and write a workbook of questions for each.

    Whoever is asked is who runs or owns the asset, or for whom a question was put aside. What comes
    back filled in is applied with `discovery decisions import`.
    """
    key = SessionKey.of(EngagementKey(client, engagement), session)
    settings = Settings()
    with open_database(settings) as database:
        sessions.find(database, key)
        objects = object_store(settings)
        asked = review.people(database, objects, key)
        chosen = list(asked) if person is None else [" ".join(name.split()) for name in person]
        unknown = next((name for name in chosen if name not in asked), None)
        if unknown is not None:
            raise UsageError("no_such_person", f"There is no question for {unknown}.")
        files: dict[str, Path] = {}
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
            called = file_names(asked)
            for name in chosen:
                files[name] = output / called[name]
                content = review.workbook_for(database, objects, key, name)
                if content is not None:
                    files[name].write_bytes(content)
    if as_json:
        people = [
            {
                "person": name,
                "questions": {sheet: len(rows) for sheet, rows in asked[name].items()},
                "file": str(files[name]) if name in files else None,
            }
            for name in chosen
        ]
        say_json({"people": people})
        return
    table = table_of("Who can be asked", "person")
    table.add_column("questions", justify="right")
    table.add_column("about")
    table.add_column("workbook")
    for name in chosen:
        about = [f"{sheet} {len(rows):,}" for sheet, rows in asked[name].items()]
        number = sum(map(len, asked[name].values()))
        workbook = str(files.get(name, ""))
        table.add_row(
            escape(name or "nobody is named"), f"{number:,}", ", ".join(about), escape(workbook)
        )
    terminal().print(table)


@app.command("import")
def import_workbook(
    file: Annotated[Path, typer.Argument(help="The workbook, filled in.")],
    client: Client,
    engagement: Engagement,
    session: Session,
    reason: Annotated[str | None, typer.Option(help="Why, for rows whose reason is empty.")] = None,
    author: Annotated[
        str | None, typer.Option(help="Who decided, for rows without an author; by default you.")
    ] = None,
    refused: Annotated[
        Path | None,
        typer.Option(help="Workbook to write with the answers that could not be applied."),
    ] = None,
    run: Rerun = None,
    as_json: AsJson = False,
) -> None:
    """Apply the answers of a workbook; report row by row what cannot be applied."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    settings = Settings()
    if not file.is_file():
        raise UsageError("no_such_file", f"There is no file {file}.", str(file))
    try:
        with SandboxedReader(settings.limits, settings.allowance) as reader:
            filled = decision_workbook.read(reader.read_sheets(file, file.name), file.name)
    except UnreadableFileError as error:
        raise UsageError(error.code, error.message, str(file)) from error
    if filled.session != str(key):
        raise UsageError(
            "another_session",
            f"{file.name} was written for {filled.session}, not for {key}: nothing is applied.",
            str(file),
        )
    with open_database(settings) as database:
        sessions.find(database, key)
        by = author if author is not None else getpass.getuser()
        outcome = answers.apply(database, key, filled, reason, by)
        if refused is not None and outcome.problems:
            written = BytesIO()
            decision_workbook.write_refused(written, filled, outcome.problems)
            refused.write_bytes(written.getvalue())
        if not as_json:
            say(f"Answers applied: {outcome.applied}; already in force: {outcome.unchanged}.")
            _show(outcome.problems)
        all_of_them = [row.session for row in sessions.sessions(database, key.engagement)]
        reruns = rerun(settings, database, all_of_them, run, as_json=as_json)
    if as_json:
        document = {
            "applied": outcome.applied,
            "unchanged": outcome.unchanged,
            "problems": [vars(each) for each in outcome.problems],
            "sessions": reruns,
        }
        say_json(document)
    failed = run and any(each["status"] != "done" or each["error"] for each in reruns)
    raise typer.Exit(FAILED if failed else DONE)


@app.command("log")
def show_log(
    client: Client,
    engagement: Engagement,
    as_json: AsJson = False,
) -> None:
    """Show who decided what and when, what stood there before, and where it was decided from."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        require_sessions(database, key)
        rows = audit.everything(database, key)
    if as_json:
        say_json({"decisions": [asdict(row) for row in rows]})
        return
    table = table_of(
        "Decisions, newest first", "when", "who", "about", "what", "before", "after", "why", "from"
    )
    for row in rows:
        table.add_row(
            f"{row.at:%Y-%m-%d %H:%M}",
            row.author,
            row.about,
            row.field,
            row.before or "",
            "(taken back)" if row.after is None else row.after,
            row.reason or "",
            row.origin,
        )
    terminal().print(table)


def _show(problems: list[Problem]) -> None:
    if not problems:
        return
    table = table_of(f"{len(problems)} could not be applied", "sheet", "row", "column", "why")
    for each in problems[:_MOST_PROBLEMS]:
        row = "" if each.row is None else str(each.row)
        table.add_row(each.sheet, row, each.column or "", each.message)
    if len(problems) > _MOST_PROBLEMS:
        table.add_row("…", "", "", f"{len(problems) - _MOST_PROBLEMS} more: see --refused FILE")
    terminal().print(table)
