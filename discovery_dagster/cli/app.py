"""The commands by name, and the one place where errors become sentences and exit codes."""

import signal
import sys
import warnings

import typer
from pydantic import ValidationError

from discovery_dagster.cli import (
    api,
    backfill,
    backups,
    cancelling,
    demo,
    doctor,
    engagements,
    identity,
    importing,
    lineage,
    mapping,
    operations,
    planning,
    reading,
    report,
    services,
    tokens,
    why,
)
from discovery_dagster.cli.errors import UsageError, fail, refuse
from discovery_dagster.domain.keys import InvalidKeyError
from discovery_dagster.store.assets import AmbiguousAssetError, NoSuchAssetError
from discovery_dagster.store.claims import SessionBusyError
from discovery_dagster.store.constraints import NoSuchConstraintError
from discovery_dagster.store.database import DatabaseError
from discovery_dagster.store.identity import NoSuchDecisionError
from discovery_dagster.store.sessions import (
    EngagementArchivedError,
    EngagementFullError,
    NoSuchSessionError,
)
from discovery_dagster.store.tokens import NoSuchTokenError

app = typer.Typer(
    name="discovery",
    help="From the messy exports of an IT estate to an inventory, a dependency map and a plan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("import")(importing.import_files)
app.command("run")(importing.run)
app.command("cancel")(cancelling.cancel)
app.command("status")(reading.status)
app.command("export")(reading.export)
app.command("up")(services.up)
app.command("env")(services.env)
app.command("down")(services.down)
app.command("backfill")(backfill.backfill)
app.add_typer(engagements.commands, name="engagement")
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("doctor")(doctor.doctor)
app.command("reconcile")(operations.reconcile)
app.command("why")(why.why)
app.command("impact")(why.impact)
app.command("report")(report.report)
app.command("lineage")(lineage.lineage)
app.add_typer(mapping.app, name="mapping")
app.add_typer(identity.app, name="identity")
app.add_typer(planning.app, name="plan")
app.command("api")(api.api)
app.add_typer(tokens.app, name="token")


#: What the user named that cannot be: the code that a program reads, by error.
_REFUSED: dict[type[BaseException], str] = {
    InvalidKeyError: "invalid_key",
    NoSuchAssetError: "no_such_asset",
    NoSuchDecisionError: "no_such_decision",
    AmbiguousAssetError: "ambiguous_asset",
    EngagementFullError: "engagement_full",
    EngagementArchivedError: "engagement_archived",
    NoSuchConstraintError: "no_such_constraint",
    NoSuchSessionError: "no_such_session",
    NoSuchTokenError: "no_such_token",
}


def main() -> None:
    """Run the command line. `--debug` before the command shows tracebacks."""
    arguments = sys.argv[1:]
    as_json, debug = "--json" in arguments, "--debug" in arguments
    if not debug:
        warnings.simplefilter("ignore")  # Dagster's, of parameters that it calls beta
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # not under nohup
            signal.signal(number, _interrupt)
    try:
        _run([argument for argument in arguments if argument != "--debug"])
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            raise
        _explain(error, as_json=as_json)


def _run(arguments: list[str]) -> None:
    sys.exit(app(arguments, prog_name="discovery", standalone_mode=False))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _setting(error: ValidationError) -> str:
    """The name of the setting that is wrong, when it is a single one."""
    place = error.errors()[0]["loc"]
    return f"DISCOVERY_{str(place[0]).upper()}: " if place else ""


def _explain(error: BaseException, *, as_json: bool) -> None:
    match error:
        case UsageError():
            refuse(error, as_json=as_json)
        case typer.TyperException():
            refuse(UsageError("usage", error.format_message()), as_json=as_json)
        case _ if type(error) in _REFUSED:
            refuse(UsageError(_REFUSED[type(error)], str(error)), as_json=as_json)
        case KeyboardInterrupt() | typer.Abort():
            fail(str(error) or str(error.__cause__ or "") or "Stopped.", as_json=as_json)
        case ValidationError(title="Settings"):
            wrong = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
            refuse(UsageError("settings", f"{_setting(error)}{wrong}."), as_json=as_json)
        case SessionBusyError() | DatabaseError() | OSError():
            fail(str(error), as_json=as_json)
        case _:
            words = str(error).strip().splitlines() or [type(error).__name__]
            fail(f"{words[0]} (`discovery --debug …` shows where.)", as_json=as_json)
