"""Dagster's home below the project's: its `dagster.yaml`, and the environment that points there."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database

#: Where the package lies: the checkout, or the packages of the environment it is installed in.
PROJECT = Path(__file__).parents[2]

#: The project's own `dagster.yaml`, to which the one at the top level of the checkout leads.
CONFIGURATION = Path(__file__).with_name("dagster.yaml")

#: The workspace of `discovery up`: one code server for webserver and daemon.
WORKSPACE = Path(__file__).with_name("services.yaml")

#: The workspace of services that are started one by one: a code server at an address.
CODE_SERVER_WORKSPACE = Path(__file__).with_name("code_server.yaml")

#: Launchers that hand runs to other machines; what they do with a code server that dies is theirs.
_OTHER_LAUNCHERS = ("CeleryRunLauncher", "K8sRunLauncher")

#: Seconds that a call of the code server may take. Longer than `start_timeout_seconds` of
#: dagster.yaml: a launch that a busy machine delays is then ended by that limit, which fences its
#: worker, and never launched a second time beside it.
_CODE_SERVER_TIMEOUT = 360

#: What an owner's `dagster.yaml` must have for runs to survive, with what happens without it.
#: Numbers may be others than the project's.
_NEEDED = {
    "storage.custom.config.postgres_url.env": "Discovery does not see Dagster's runs",
    "storage.custom.class": "each statement of Dagster's opens a connection to Postgres",
    "run_coordinator.class": "runs that name no session are started, and clients take no turns",
    "run_coordinator.config.max_user_code_failure_retries": (
        "queued runs fail when the code server dies"
    ),
    "run_launcher.class": "a run whose code server dies while it starts may be launched twice",
    "run_retries.enabled": "runs whose process died are not resumed",
    "run_retries.max_retries": "runs whose process died are not resumed",
    "run_monitoring.enabled": "runs that never start are never ended",
    "run_monitoring.free_slots_after_run_end_seconds": "slots of killed runs are never freed",
}


def dagster_environment(settings: Settings, database: Database) -> dict[str, str]:
    """Return the variables with which Dagster's own commands work on this home."""
    environment = {
        "DISCOVERY_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_GRPC_TIMEOUT_SECONDS": str(_CODE_SERVER_TIMEOUT),
        "DISCOVERY_DAGSTER_POSTGRES_URL": database.dagster_url,
        "DISCOVERY_MAX_RUNS": str(settings.max_runs),
    }
    if settings.broker_url is not None:
        environment["DISCOVERY_BROKER_URL"] = settings.broker_url
    if settings.postgres_url is not None:
        environment["DISCOVERY_POSTGRES_URL"] = settings.postgres_url
    return environment


def prepare_dagster_home(settings: Settings, database: Database) -> None:
    """Give Dagster's home a `dagster.yaml` when it has none, and point this process there.

    One that is there belongs to its owner and is left as it is.
    """
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = configuration_file(settings)
    if not configuration.exists():
        temporary = configuration.with_suffix(f".{os.getpid()}")
        shutil.copyfile(CONFIGURATION, temporary)
        temporary.replace(configuration)
    os.environ.update(dagster_environment(settings, database))


def configuration_file(settings: Settings) -> Path:
    """The `dagster.yaml` of the home."""
    return settings.dagster_home / "dagster.yaml"


def configuration_gaps(settings: Settings) -> dict[str, str]:
    """What the home's `dagster.yaml` lacks that recovery needs: `{setting: what happens without}`.

    Raises:
        OSError: when it cannot be read.
        ValueError: when it is no YAML.
    """
    try:
        written = yaml.safe_load(configuration_file(settings).read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    if own := _value(written, "storage.postgres"):
        written["storage"] = {"custom": {"config": own}}
    needed = yaml.safe_load(CONFIGURATION.read_text("utf-8"))
    return {
        setting: consequence
        for setting, consequence in _NEEDED.items()
        if _value(written, setting) not in _OTHER_LAUNCHERS
        and not _serves(_value(written, setting), _value(needed, setting))
    }


def _serves(written: object, needed: object) -> bool:
    if isinstance(needed, int) and not isinstance(needed, bool):
        return isinstance(written, dict) or (isinstance(written, int) and written > 0)
    return written == needed


def _value(configuration: object, setting: str) -> object:
    value: Any = configuration
    for name in setting.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
