"""What Dagster loads. Wiring and nothing else."""

import dagster as dg

from discovery_dagster.defs.alerts import ALERTS
from discovery_dagster.defs.assets import ASSETS
from discovery_dagster.defs.checks import CHECKS
from discovery_dagster.defs.code_references import with_code_references
from discovery_dagster.defs.inbox import inbox_sensor
from discovery_dagster.defs.inputs import INPUTS
from discovery_dagster.defs.retention import retention_job, retention_schedule
from discovery_dagster.defs.run_requests import run_requests_sensor, stop_requests_sensor
from discovery_dagster.defs.sensors import decisions_sensor, lost_runs_sensor
from discovery_dagster.defs.session import claimed_session, published_frames
from discovery_dagster.defs.stale_sessions import stale_sessions_sensor
from discovery_dagster.settings import Settings

#: A run is one session. Its steps share one process: six trivial ones took 0.9 s there and 22.9 s
#: with a process each.
session_job = dg.define_asset_job(
    "session_job",
    selection=dg.AssetSelection.assets(*ASSETS),
    executor_def=dg.in_process_executor,
    description="Imports, classifies, maps and plans one session.",
)

defs = dg.Definitions(
    assets=[*with_code_references(ASSETS, Settings().source_url), *INPUTS],
    asset_checks=CHECKS,
    jobs=[session_job, retention_job],
    schedules=[retention_schedule],
    sensors=[
        inbox_sensor,
        run_requests_sensor,
        stop_requests_sensor,
        lost_runs_sensor,
        decisions_sensor,
        stale_sessions_sensor,
        *ALERTS,
    ],
    executor=dg.in_process_executor,
    resources={"session": claimed_session, "io_manager": published_frames},
)
