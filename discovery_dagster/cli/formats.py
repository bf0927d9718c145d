"""`discovery format`: formats that people teach without code, kept for a client."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import (
    AsJson,
    Author,
    Client,
    Engagement,
)
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.decisions.taught_formats import FormatDecision, in_force
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.format_trial import TriedTable, try_formats
from discovery_dagster.domain.formats import FORMATS
from discovery_dagster.domain.formats.declared import declarations
from discovery_dagster.domain.formats.language import Declaration
from discovery_dagster.domain.intake import RecognisedTable
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.teaching.drafting import draft, is_understood, may_be_taught
from discovery_dagster.domain.teaching.reading import read_formats, write_format
from discovery_dagster.domain.teaching.recognising import rivals
from discovery_dagster.domain.teaching.text import FormatError
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database
from discovery_dagster.store.decisions import taught_formats

app = typer.Typer(
    help="Teach Discovery a format: what the tables with a header hold.", no_args_is_help=True
)

_SHOWN: Final = 5  # records that a trial shows
_LARGEST: Final = 2_000_000  # bytes of a file of formats

Formats = Annotated[Path, typer.Argument(help="YAML of one or more formats.", metavar="FILE.yaml")]
Source = Annotated[Path, typer.Argument(help="A file with tables.", metavar="FILE")]
Name = Annotated[str, typer.Argument(help="Name of the format.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]


@app.command("draft")
def draft_formats(
    file: Source,
    sheet: Annotated[
        str | None, typer.Option(help="Only the tables of this sheet, whatever knows them.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", help="File to write; else printed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write what is understood of a file's tables as YAML, for a person to change."""
    tables = _to_teach(file, sheet)
    text = draft(tables)
    if output is not None:
        output.write_text(text, "utf-8")
    if as_json:
        say_json({"tables": len(tables), "output": output and str(output), "formats": text})
    elif output is None:
        say(text.rstrip())
    else:
        say(
            f"{output}: change what is wrong, then\ndiscovery format test {output} {file}\n"
            f"discovery format add {output} --reason WHY --client CLIENT --engagement ENGAGEMENT"
        )


@app.command("test")
def test_formats(formats: Formats, file: Source, as_json: AsJson = False) -> None:
    """Show what a file gives by formats that are not kept yet."""
    declared = _declared(formats)
    tried = try_formats(_tables(file), declared)
    if as_json:
        say_json({"tables": [asdict(each) for each in tried]})
        return
    for each in tried:
        _show(each)
    used = {each.format for each in tried}
    for name in [each.format for each in declared if each.format not in used]:
        say(f"No table of {file} is of format {name}.")


@app.command("add")
def add_formats(
    formats: Formats,
    client: Client,
    engagement: Engagement,
    reason: Reason,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Keep formats for the client; of one name the last holds."""
    declared = _declared(formats)
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        numbers = taught_formats.add(database, key, declared, author, reason)
    notes = [note for each in declared if (note := _conflict(each))]
    if as_json:
        kept = [
            {"number": number, "format": each.format}
            for number, each in zip(numbers, declared, strict=True)
        ]
        say_json({"added": kept, "author": author, "notes": notes})
        return
    names = ", ".join(each.format for each in declared)
    say(f"Kept for client {client}: {names}. Sessions with such tables read stale until a run.")
    for note in notes:
        say(note)


@app.command("list")
def list_formats(
    client: Client,
    engagement: Engagement,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was replaced or taken back since.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show which formats the client has, who taught them and why."""
    with open_database(Settings()) as database:
        log = taught_formats.history(database, EngagementKey(client, engagement))
    shown = log if everything else in_force(log)
    if as_json:
        say_json({"formats": [_described(each, log) for each in shown]})
        return
    table = table_of("Formats", "number", "format", "what", "author", "reason", "when")
    for each in shown:
        what = _described(each, log)["state"]
        table.add_row(
            str(each.decision), each.format, what, each.author, each.reason, f"{each.at:%Y-%m-%d}"
        )
    terminal().print(table)


@app.command("show")
def show_format(
    name: Name,
    client: Annotated[str | None, typer.Option(help="Slug of the client that taught it.")] = None,
    engagement: Annotated[str | None, typer.Option(help="Slug of one of its engagements.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a format as YAML that `add` takes, one of Discovery's own under another name."""
    if name in FORMATS:
        shown = {"format": name, "author": "Discovery", "reason": None, "text": _own(name)}
    elif client is None or engagement is None:
        problem = f"Discovery has no format {name}: one of a client needs --client and --engagement"
        raise UsageError("no_such_format", f"{problem}.", name)
    else:
        with open_database(Settings()) as database:
            key = EngagementKey(client, engagement)
            taught_format = taught_formats.find(database, key, name)
        words = ("format", "author", "reason", "text")
        shown = {word: getattr(taught_format, word) for word in words}
    if as_json:
        say_json(shown)
        return
    say((shown["text"] or "").rstrip())


@app.command("remove")
def remove_format(
    name: Name,
    client: Client,
    engagement: Engagement,
    reason: Reason,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Take a format back, so that headers and values decide again; the log keeps both."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        taken = taught_formats.remove(database, key, name, author, reason)
    if as_json:
        say_json({"removed": {"number": taken.decision, "format": taken.format}})
        return
    say(f"Taken back for client {client}: {name}. Sessions with such tables read stale.")


def _declared(path: Path) -> list[Declaration]:
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError("invalid_format", f"{path} is too long for formats.", str(path))
        return read_formats(path.read_text("utf-8"))
    except FormatError as error:
        raise UsageError("invalid_format", f"{path.name}, {error}", str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            "invalid_format", f"{path.name} is no text in UTF-8.", str(path)
        ) from error
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}."
        raise UsageError("no_such_path", problem, str(path)) from error


def _own(name: str) -> str:
    """The YAML of one of Discovery's own formats."""
    if name not in declarations():
        problem = (
            f"{name} is told by more than its header, so that it is code: `format draft FILE"
            " --sheet SHEET` writes a format that is based on it."
        )
        raise UsageError("no_declaration", problem, name)
    return write_format(declarations()[name])


def _tables(path: Path) -> tuple[RecognisedTable, ...]:
    if not path.is_file():
        raise UsageError("no_such_path", f"There is no file {path}.", str(path))
    settings = Settings()
    try:
        with SandboxedReader(settings.limits, settings.allowance) as reader:
            return reader.read_tables(path, path.name)[1]
    except UnreadableFileError as error:
        raise UsageError(error.code, error.message, path.name) from error


def _to_teach(path: Path, sheet: str | None) -> list[RecognisedTable]:
    """The tables that a draft is about: those of the sheet, or those that no format knows."""
    tables = [each for each in _tables(path) if may_be_taught(each[1])]
    if sheet is not None:
        chosen = [each for each in tables if each[0].sheet == sheet]
        if not chosen:
            sheets = ", ".join(dict.fromkeys(each[0].sheet or "" for each in tables)) or "none"
            problem = f"{path.name} has no tables on a sheet {sheet!r}: it has {sheets}."
            raise UsageError("no_such_sheet", problem, path.name)
        return chosen
    chosen = [each for each in tables if not is_understood(each[1])]
    if chosen or len(tables) == 1:
        return chosen or tables
    known = ", ".join(dict.fromkeys(each[1].name for each in tables)) or "Discovery itself"
    problem = f"All tables of {path.name} are known ({known}): name one with --sheet."
    raise UsageError("nothing_to_teach", problem, path.name)


def _conflict(declared: Declaration) -> str | None:
    """Say which formats of Discovery's own are told by the same header."""
    names = [name for name in rivals(declared) if name != declared.based_on]
    if not names:
        return None
    return (
        f"{declared.format} is told by a header that {', '.join(names)} knows as well: a table is"
        " read by whichever knows more of its columns, and by the taught format among equals."
    )


def _described(each: FormatDecision, log: Sequence[FormatDecision]) -> dict[str, Any]:
    holds = each in in_force(log)
    state = "removed" if each.text is None else "holds" if holds else "held before"
    return {
        "number": each.decision,
        "format": each.format,
        "state": state,
        "author": each.author,
        "reason": each.reason,
        "at": each.at.isoformat(),
    }


def _show(tried: TriedTable) -> None:
    console = terminal()
    place = f"{tried.file}#{tried.sheet}" if tried.sheet else tried.file
    outcomes = ", ".join(f"{number} {word}" for word, number in sorted(tried.outcomes.items()))
    say(f"{place}: {tried.format}. {tried.reason} {outcomes or 'no records'}.")
    table = table_of("Columns", "column", "field", "unit", "status", "such as")
    for row in tried.mapping:
        evidence = ", ".join(row["evidence"] or [])
        table.add_row(row["column"], row["field"], row["unit"] or "", row["status"], evidence)
    console.print(table)
    for title, records in (("Assets", tried.assets), ("Relations", tried.relations)):
        for record in records[:_SHOWN]:
            say(f"{title[:-1]}: " + ", ".join(f"{key}={value}" for key, value in record.items()))
        if len(records) > _SHOWN:
            say(f"{len(records) - _SHOWN} more {title.lower()}; --json lists them all.")
    if tried.issues:
        say(f"{len(tried.issues)} issues; the first: {tried.issues[0]['message']}")
