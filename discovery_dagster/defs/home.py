"""Dagster's home below the project's: its `dagster.yaml`, and the environment that points there."""

import os
from pathlib import Path

from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database

#: The checkout: where workspace.yaml and dagster.yaml are.
PROJECT = Path(__file__).parents[2]

_CONFIGURATION = PROJECT / "dagster.yaml"


def dagster_environment(settings: Settings, database: Database) -> dict[str, str]:
    """Return the variables with which Dagster's own commands work on this home."""
    environment = {
        "DISCOVERY_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DISCOVERY_DAGSTER_POSTGRES_URL": database.dagster_url,
        "DISCOVERY_MAX_RUNS": str(settings.max_runs),
    }
    if settings.postgres_url is not None:
        environment["DISCOVERY_POSTGRES_URL"] = settings.postgres_url
    return environment


def prepare_dagster_home(settings: Settings, database: Database) -> None:
    """Write `dagster.yaml` into Dagster's home and point this process there."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    written = settings.dagster_home / "dagster.yaml"
    if not configuration_is_current(settings):
        temporary = written.with_suffix(f".{os.getpid()}")
        temporary.write_text(_CONFIGURATION.read_text("utf-8"), "utf-8")
        temporary.replace(written)
    os.environ.update(dagster_environment(settings, database))


def configuration_is_current(settings: Settings) -> bool:
    """Whether Dagster's home has the project's own `dagster.yaml`."""
    written = settings.dagster_home / "dagster.yaml"
    return written.exists() and written.read_bytes() == _CONFIGURATION.read_bytes()
