"""`discovery reconcile`: where Dagster and the store disagree, and what of it is mended."""

from dataclasses import asdict

from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database


def reconcile(as_json: AsJson = False) -> None:
    """Report publications without receipt, receipts without publication, runs without process.

    The first and the last are mended.
    """
    from discovery_dagster.defs.engine import open_engine
    from discovery_dagster.defs.reconciliation import reconcile as find_and_mend

    settings = Settings()
    with open_database(settings) as database, open_engine(settings, database) as engine:
        findings = find_and_mend(engine)
    if as_json:
        say_json({"findings": [asdict(finding) for finding in findings]})
        return
    for finding in findings:
        say(f"{finding.partition_key}  {finding.message}")
    say("Nothing to reconcile." if not findings else f"{len(findings)} findings.")
