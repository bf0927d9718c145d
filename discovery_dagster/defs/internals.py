"""Every part of Dagster that we use and that its public API does not give.

Nothing else imports from `dagster._core`, `dagster._serdes` or `dagster._utils`; `make check`
refuses it. When an upgrade moves one of these, the test of this module says which, and only this
module changes.

They serve seven ends that no public way serves:

- a run that a command executes itself, under a claim that is taken before the run exists, and that
  the daemon and the UI can retry: the public `execute_job` leaves no remote origin on a run
- receipts that are written afterwards, with the data versions that Dagster would have written
- telling a code server that died from a run that failed
- the arguments of launchers and coordinators of runs, which are public to extend
- the arguments of a storage that `dagster.yaml` names
- Dagster's tables made in one transaction, where Dagster commits each by itself
- no signal between the lines that create a run and those that would end it
"""

from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
    NULL_EVENT_POINTER,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)
from dagster._core.definitions.selector import JobSubsetSelector
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.events import StepMaterializationData
from dagster._core.execution.api import execute_run_iterator
from dagster._core.execution.plan.resume_retry import ReexecutionStrategy
from dagster._core.execution.plan.state import KnownExecutionState
from dagster._core.launcher.base import LaunchRunContext
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.remote_representation.code_location import CodeLocation, GrpcServerCodeLocation
from dagster._core.remote_representation.external import RemoteJob
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._core.storage.sql import stamp_alembic_rev
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import BaseWorkspaceRequestContext, WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._serdes import ConfigurableClassData
from dagster._utils.hosted_user_process import recon_job_from_origin
from dagster._utils.interrupts import capture_interrupts

__all__ = [
    "CODE_VERSION_TAG",
    "DATA_VERSION_IS_USER_PROVIDED_TAG",
    "DATA_VERSION_TAG",
    "NULL_EVENT_POINTER",
    "BaseWorkspaceRequestContext",
    "CodeLocation",
    "ConfigurableClassData",
    "DagsterUserCodeUnreachableError",
    "GrpcServerCodeLocation",
    "InProcessCodeLocationOrigin",
    "InProcessWorkspaceLoadTarget",
    "JobSubsetSelector",
    "KnownExecutionState",
    "LaunchRunContext",
    "LoadableTargetOrigin",
    "ReexecutionStrategy",
    "RemoteJob",
    "RunStorageSqlMetadata",
    "ScheduleStorageSqlMetadata",
    "SqlEventLogStorageMetadata",
    "StepMaterializationData",
    "SubmitRunContext",
    "WorkspaceProcessContext",
    "capture_interrupts",
    "execute_run_iterator",
    "get_input_data_version_tag",
    "get_input_event_pointer_tag",
    "recon_job_from_origin",
    "stamp_alembic_rev",
]
