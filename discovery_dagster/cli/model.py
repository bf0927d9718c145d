"""`discovery model`: what a language model is sent, was sent, and whether it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from discovery_dagster.ai.checking import check as check_server
from discovery_dagster.ai.preview import PreviewedStep
from discovery_dagster.ai.preview import preview as preview_session
from discovery_dagster.cli.errors import DONE, FAILED
from discovery_dagster.cli.options import AsJson, Client, Engagement, Session
from discovery_dagster.cli.present import table_of
from discovery_dagster.cli.terminal import say, say_json, terminal
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import engagements, model_requests
from discovery_dagster.store.database import open_database
from discovery_dagster.store.objects import object_store

app = typer.Typer(
    help="What a language model is sent, and whether it answers.", no_args_is_help=True
)


@app.command("preview")
def preview(
    client: Client, engagement: Engagement, session: Session, as_json: AsJson = False
) -> None:
    """Print what the next run of a session would send to a model, and send nothing."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    settings = Settings()
    with open_database(settings) as database:
        steps = preview_session(settings, database, object_store(settings), key)
    if as_json:
        document = {"session": str(key), "model": settings.llm_model,
                    "steps": [asdict(step) for step in steps]}  # fmt: skip
        say_json(document)
        return
    for step in steps:
        say(_summary(step))
        for number, messages in enumerate(step.requests, start=1):
            say(f"\n== {step.step}, request {number} of {len(step.requests)}")
            say(_text(messages))
    if settings.llm_model is None:
        say("\nNo model is configured, so none of this is sent.")


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Check that the configured model answers: one tiny request without any client's data."""
    outcome = check_server(Settings())
    if as_json:
        say_json(asdict(outcome))
    else:
        say(outcome.sentence)
    raise typer.Exit(DONE if outcome.answers else FAILED)


@app.command("log")
def log(
    client: Client,
    engagement: Engagement,
    session: Annotated[
        str | None, typer.Option("--session", help="Only this session, such as s001.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Print what was sent as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """List every request that was sent to a model for an engagement."""
    key = EngagementKey(client, engagement)
    with open_database(Settings()) as database:
        engagements.require(database, key)
        requests = model_requests.listed(database, key, session)
    if as_json:
        say_json({"requests": requests})
        return
    table = table_of(
        f"Requests to a model: {len(requests)}",
        "at", "session", "about", "model", "host", "characters", "status", "tokens",
    )  # fmt: skip
    for request in requests:
        table.add_row(*_row(request))
    terminal().print(table)
    for request in requests if full else []:
        say(f"\n== {request['at']:%Y-%m-%d %H:%M:%S}, {request['session']}, {request['step']}")
        say(_text(request["messages"]))


def _summary(step: PreviewedStep) -> str:
    left = {
        "answered before": step.answered,
        "left to a person, as they read like instructions": step.withheld,
        "beyond the budget": step.beyond_budget,
    }
    apart = ", ".join(f"{number} {why}" for why, number in left.items() if number)
    summary = f"{step.step}: questions {step.questions}, requests {len(step.requests)}"
    return f"{summary}; not asked: {apart}." if apart else f"{summary}."


def _row(request: Mapping[str, Any]) -> list[str]:
    tokens = [request["prompt_tokens"], request["completion_tokens"]]
    return [
        f"{request['at']:%Y-%m-%d %H:%M:%S}",
        request["session"],
        request["step"],
        request["model"],
        request["host"],
        str(sum(len(message["content"]) for message in request["messages"])),
        "no answer" if request["status"] is None else str(request["status"]),
        "" if None in tokens else str(sum(tokens)),
    ]


def _text(messages: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)
