"""What Celery's workers load: Dagster's tasks, on the broker of the settings.

A run is a task of its own, taken by one worker when that has nothing else to do. The broker is told
at once that it was taken: whether its worker lives is asked by the session's claim, as for any run,
so a task that was lost with its worker is not handed out again beside the retry of its run.
"""

from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task

from discovery_dagster.settings import Settings

_broker = Settings().broker_url

app = make_app(  # type: ignore[no-untyped-call]
    {
        "broker": _broker,
        "backend": _broker,
        "config_source": {
            "worker_prefetch_multiplier": 1,
            # A task that is taken early counts no more, so a worker that is busy would reserve the
            # next one, which another has the time for; Redis alone lets it not.
            "worker_disable_prefetch": True,
            "task_acks_late": False,
            "broker_connection_retry_on_startup": True,
        },
    }
)

execute_job = create_execute_job_task(app)
resume_job = create_resume_job_task(app)
