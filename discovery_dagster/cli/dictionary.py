"""`discovery dictionary`: what the words of a client mean, each answered once."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import AsJson, Author, Client, Engagement
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.dictionary import HeldWord, fields, key_of
from discovery_dagster.domain.dictionary.fields import DictionaryError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database
from discovery_dagster.store.decisions import dictionary
from discovery_dagster.store.decisions.dictionary import WordRequest

app = typer.Typer(
    help="Decide what a client's own words mean: types, environments, states, relations.",
    no_args_is_help=True,
)

Field = Annotated[
    str,
    typer.Argument(
        help="What the word is of: type, environment, criticality, tier, status, location or"
        " relation."
    ),
]
Word = Annotated[str, typer.Argument(help="The word, as files have it.")]


@app.command("list")
def list_words(
    client: Client,
    engagement: Engagement,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Only words that nobody has explained.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the client's dictionary says, and the words of the engagement's sessions."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        held = dictionary.words(database, key)
        decided = dictionary.current(database, key)
    met = {(each.field, each.key) for each in held}
    shown = [
        each for each in held if each.is_unknown or (not unknown and each.decision is not None)
    ]
    elsewhere = [] if unknown else [each for each in decided if each.subject not in met]
    if as_json:
        words = [_described(each) for each in shown]
        others = [vars(each) | {"at": each.at.isoformat()} for each in elsewhere]
        say_json({"words": words, "elsewhere": others})
        return
    table = table_of(
        "Words", "field", "word", "means", "rows", "files", "such as", "near", "author"
    )
    for each in shown:
        decision = each.decision
        cells = (
            each.field, each.word, (decision.meaning or "") if decision else "", str(each.rows),
            ", ".join(each.files), ", ".join(each.names), each.near or "",
            f"{decision.author}, {decision.at:%Y-%m-%d}" if decision else "",
        )  # fmt: skip
        table.add_row(*map(escape, cells))
    for entry in elsewhere:
        signed = f"{entry.author}, {entry.at:%Y-%m-%d}"
        cells = (entry.field, entry.word, entry.meaning or "", "0", "", "", "", signed)
        table.add_row(*map(escape, cells))
    terminal().print(table)


@app.command("set")
def set_word(
    field: Field,
    word: Word,
    meaning: Annotated[
        str,
        typer.Argument(
            help='Such as database, or `nothing`; of a relation "source depends_on target" or'
            ' "target depends_on source".'
        ),
    ],
    client: Client,
    engagement: Engagement,
    author: Author,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever reads it later.")] = None,
    as_json: AsJson = False,
) -> None:
    """Remember for the client what a word means, in all its files and sessions, later ones too."""
    key = EngagementKey(client, engagement)
    try:
        about = fields.read_field(field)
        request = WordRequest(
            about,
            fields.read_word(word),
            fields.read_meaning(about, meaning),
            author,
            reason,
        )
    except DictionaryError as error:
        raise UsageError(error.code, error.message) from error
    with open_database(Settings()) as database:
        changed = dictionary.decide(database, key, [request])
        concerned = _sessions(dictionary.words(database, key), request)
    if as_json:
        document = {"field": about, "word": request.word, "meaning": request.meaning}
        author_of = {"author": request.author, "changed": bool(changed), "sessions": concerned}
        say_json({**document, **author_of})
        return
    say(f"Remembered for client {client}: {about} {request.word!r} means {request.meaning}.")
    for session in concerned:
        say(f"discovery run --client {client} --engagement {engagement} --session {session}")


@app.command("remove")
def remove_word(
    field: Field,
    word: Word,
    client: Client,
    engagement: Engagement,
    author: Author,
    as_json: AsJson = False,
) -> None:
    """Take the meaning of a word back, so that Discovery's own vocabulary decides again."""
    key = EngagementKey(client, engagement)
    try:
        about = fields.read_field(field)
    except DictionaryError as error:
        raise UsageError(error.code, error.message) from error
    with open_database(Settings()) as database:
        taken = dictionary.remove(database, key, about, word, author)
    if as_json:
        removed = {"field": about, "word": taken.word, "meaning": taken.meaning}
        say_json({"removed": removed})
        return
    say(f"Taken back for client {client}: {about} {taken.word!r} means {taken.meaning} no more.")


def _sessions(words: list[HeldWord], request: WordRequest) -> list[str]:
    """The sessions of the engagement that have the word."""
    about = (request.field, key_of(request.word))
    return [name for each in words if (each.field, each.key) == about for name in each.sessions]


def _described(word: HeldWord) -> dict[str, Any]:
    decision = word.decision
    return {
        "field": word.field,
        "word": word.word,
        "rows": word.rows,
        "files": word.files,
        "columns": word.columns,
        "sessions": word.sessions,
        "names": word.names,
        "known_as": word.meaning,
        "near": word.near,
        "meaning": decision.meaning if decision else None,
        "author": decision.author if decision else None,
        "reason": decision.reason if decision else None,
        "at": decision.at.isoformat() if decision else None,
    }
