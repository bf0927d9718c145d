"""`discovery report`: one report for the client, as a web page and as a workbook."""

from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from discovery_dagster.cli.options import AsJson, Client, Engagement, Session
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.domain import report as reporting
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import reports
from discovery_dagster.store.database import open_database


def report(
    client: Client,
    engagement: Engagement,
    session: Session,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to write to; created if needed.")
    ] = Path(),
    client_name: Annotated[
        str | None, typer.Option(help="Name of the client for the first page; else its slug.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the report of a session: inventory, quality, map, plan, end of life, unknowns."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    with open_database(Settings()) as database:
        report_contents = reports.contents(database, key, client_name)
    output.mkdir(parents=True, exist_ok=True)
    page, workbook = output / "report.html", output / "report.xlsx"
    written = BytesIO()
    reporting.write(written, report_contents)
    page.write_text(reporting.render(report_contents), "utf-8")
    workbook.write_bytes(written.getvalue())
    if as_json:
        say_json({"html": str(page), "xlsx": str(workbook)})
    else:
        say(f"{page}\n{workbook}")
