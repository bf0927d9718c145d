"""What `deploy/` holds fits what Discovery, Dagster, Compose and Kubernetes understand."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose
from dagster_postgres.utils import get_conn_string
from sqlalchemy import make_url

from discovery_dagster.cli.app import COMMANDS
from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.service import Service, service_command
from discovery_dagster.defs.coordinator import SessionRunCoordinator, tags_of_size
from discovery_dagster.defs.home import CONFIGURATION, configuration_gaps
from discovery_dagster.defs.internals import ConfigurableClassData
from discovery_dagster.domain.facts import Run
from discovery_dagster.domain.state import has_no_process
from discovery_dagster.settings import Settings
from discovery_dagster_tests.installation import PROJECT

DEPLOY = PROJECT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
VALUES = DEPLOY / "kubernetes/values.yaml"
KUBERNETES = sorted(set((DEPLOY / "kubernetes").glob("*.yaml")) - {VALUES})
NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMPOSE = [DEPLOY / "compose/compose.yaml", DEPLOY / "celery/compose.yaml"]

#: Whose schemas the objects fit; what they use has been in Kubernetes for years.
KUBERNETES_VERSION = "1.31"


def objects() -> list[Any]:
    return [
        pytest.param(each, id=f"{path.name}-{number}")
        for path in KUBERNETES
        for number, each in enumerate(yaml.safe_load_all(path.read_text("utf-8")))
    ]


def values() -> dict[str, Any]:
    return yaml.safe_load(VALUES.read_text("utf-8"))


def composed(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8"))["services"]


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for param in objects():
        (each,) = param.values
        if each["kind"] in ("Deployment", "Job"):
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def rehydrated(configured: dict[str, Any]) -> Any:
    return ConfigurableClassData(
        configured["module"], configured["class"], yaml.safe_dump(configured["config"])
    ).rehydrate(as_type=object)


def test_every_setting_that_a_file_names_exists():
    settings = {f"DISCOVERY_{name.upper()}" for name in Settings.model_fields}
    internal = {"DISCOVERY_DAGSTER_POSTGRES_URL"}  # of dagster.yaml, set by each of our commands
    named = {
        (path.name, setting)
        for path in FILES
        for setting in re.findall(r"\bDISCOVERY_[A-Z_]+[A-Z]\b", path.read_text("utf-8"))
    }
    assert len(named) > 15
    assert {pair for pair in named if pair[1] not in settings | internal} == set()


def test_dagster_of_the_chart_stores_events_by_the_driver_that_can() -> None:
    database = values()["postgresql"]
    url = get_conn_string(
        database["postgresqlUsername"],
        "secret",
        database["postgresqlHost"],
        database["postgresqlDatabase"],
        params=database["postgresqlParams"],
        scheme=database["postgresqlScheme"],
    )
    assert make_url(url).get_dialect().driver == "psycopg2"


def test_every_command_that_a_container_runs_exists():
    commands = [
        (path.parent.name, service.get("command"))
        for path in COMPOSE
        for service in composed(path).values()
        if "image" not in service or service["image"] == "discovery"
    ]
    commands += [
        (name, container.get("args"))
        for name, pod in pods()
        for container in pod["containers"]
        if "command" not in container
    ]
    named = [(name, command) for name, command in commands if command]
    assert len(named) >= 9
    for name, command in named:
        assert command[0] in COMMANDS, (name, command)
        if command[0] == "service":
            Service(command[1])


@pytest.mark.parametrize("each", objects())
def test_a_kubernetes_object_is_as_the_schema_of_its_kind_has_it(each):
    kubernetes_validate.validate(each, KUBERNETES_VERSION, strict=True)


def test_a_field_that_a_kind_has_not_is_found():
    (job,) = yaml.safe_load_all((DEPLOY / "kubernetes/migrate.yaml").read_text("utf-8"))
    job["spec"]["template"]["spec"]["restart"] = "Never"
    with pytest.raises(kubernetes_validate.ValidationError, match="restart"):
        kubernetes_validate.validate(job, KUBERNETES_VERSION, strict=True)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.parent.name)
def test_a_composition_is_as_the_specification_of_compose_has_it(path: Path):
    merged = yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")))  # its own reader knows no `<<`
    read = PyCompose.from_yaml(merged)
    read.validate()
    assert set(read.service_names()) == composed(path).keys()


def test_a_condition_that_compose_does_not_know_is_found():
    composition = yaml.safe_load(COMPOSE[0].read_text("utf-8"))
    composition["services"]["api"]["restart"] = "sometimes"
    with pytest.raises(ValueError, match="sometimes"):
        PyCompose.from_yaml(yaml.safe_dump(composition))


def test_no_pod_runs_as_root_or_may_become_it():
    named = list(pods())
    assert {name for name, _ in named} == {
        "discovery-api",
        "discovery-migrate",
        "discovery-webserver",
    }
    for name, pod in named:
        assert pod["securityContext"]["runAsNonRoot"], name
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert {"requests", "limits"} <= container["resources"].keys(), name


def test_what_a_pod_is_told_and_mounts_is_there():
    declared = {
        (each["kind"], each["metadata"]["name"]) for param in objects() for each in param.values
    } | {("ConfigMap", "dagster-instance"), ("ConfigMap", "dagster-workspace-yaml")}
    for name, pod in pods():
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        for volume in pod.get("volumes", []):
            if "configMap" in volume:
                assert ("ConfigMap", volume["configMap"]["name"]) in declared, name
            if "secret" in volume:
                assert ("Secret", volume["secret"]["secretName"]) in declared, name
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, name
            for source in container["envFrom"]:
                (kind, reference), *_ = source.items()
                known = {"configMapRef": "ConfigMap", "secretRef": "Secret"}[kind]
                assert (known, reference["name"]) in declared, name


def test_the_charts_coordinator_is_the_projects_own_with_pods_by_size():
    configured = values()["dagsterDaemon"]["runCoordinator"]["config"]["customRunCoordinator"]
    assert isinstance(rehydrated(configured), SessionRunCoordinator)
    own = yaml.safe_load(CONFIGURATION.read_text("utf-8"))["run_coordinator"]["config"]
    for name in own.keys() - {"max_concurrent_runs"}:
        assert configured["config"][name] == own[name], name
    assert configured["config"]["max_concurrent_runs"] == int(
        yaml.safe_load((DEPLOY / "kubernetes/settings.yaml").read_text().split("---")[0])["data"][
            "DISCOVERY_MAX_RUNS"
        ]
    )


def test_a_pod_may_wait_for_as_long_with_dagster_as_with_discovery():
    (settings, *_) = yaml.safe_load_all((DEPLOY / "kubernetes/settings.yaml").read_text("utf-8"))
    limit = int(settings["data"]["DISCOVERY_START_SECONDS"])
    assert values()["dagsterDaemon"]["runMonitoring"]["startTimeoutSeconds"] == limit
    run = Run("run", "STARTING", NOW, None, None, None, None, start_limit=timedelta(seconds=limit))
    assert not has_no_process(run, claim_held=False, now=NOW + timedelta(seconds=limit - 1))
    assert has_no_process(run, claim_held=False, now=NOW + timedelta(seconds=limit + 1))


def test_a_larger_session_gets_a_larger_pod():
    from dagster_k8s.job import get_user_defined_k8s_config

    configured = values()["dagsterDaemon"]["runCoordinator"]["config"]["customRunCoordinator"]
    sizes = configured["config"]["tags_by_size"]
    small, large = (
        get_user_defined_k8s_config(tags_of_size(sizes, size)).container_config["resources"]
        for size in (99_999_999, 100_000_000)
    )
    assert small["limits"]["memory"] == "2Gi"
    assert large["limits"]["memory"] == "8Gi"


def test_the_configuration_for_celery_is_the_projects_own_but_for_how_runs_are_launched():
    own = yaml.safe_load(CONFIGURATION.read_text("utf-8"))
    celery = yaml.safe_load((DEPLOY / "celery/dagster.yaml").read_text("utf-8"))
    assert celery["run_monitoring"].pop("max_resume_run_attempts") == 0
    sizes = celery["run_coordinator"]["config"].pop("tags_by_size")
    assert celery.pop("run_launcher")["class"] == "CeleryRunLauncher"
    assert own.pop("run_launcher")
    assert celery == own
    workers = composed(DEPLOY / "celery/compose.yaml")
    queues = {
        worker["command"][-1] for name, worker in workers.items() if name.startswith("worker")
    }
    assert {each["tags"]["dagster-celery/queue"] for each in sizes} == queues


def test_the_doctor_misses_nothing_in_the_configuration_for_celery(tmp_path):
    settings = Settings(home=tmp_path)
    settings.dagster_home.mkdir()
    (settings.dagster_home / "dagster.yaml").write_text(
        (DEPLOY / "celery/dagster.yaml").read_text("utf-8"), "utf-8"
    )
    assert configuration_gaps(settings) == {}


def test_celerys_launcher_takes_what_its_configuration_says(monkeypatch):
    monkeypatch.setenv("DISCOVERY_BROKER_URL", "redis://localhost:6379/0")
    celery = yaml.safe_load((DEPLOY / "celery/dagster.yaml").read_text("utf-8"))
    launcher = rehydrated(celery["run_launcher"])
    assert launcher.default_queue == "small"
    assert launcher.broker == launcher.backend == "redis://localhost:6379/0"


def test_workers_take_one_run_at_a_time_from_the_broker_of_the_settings(monkeypatch):
    monkeypatch.setenv("DISCOVERY_BROKER_URL", "redis://localhost:6379/0")
    from discovery_dagster.defs.celery_app import app

    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.worker_disable_prefetch
    assert {"execute_job", "resume_job"} <= app.tasks.keys()
    command = service_command(Settings(), Service.WORKER, "127.0.0.1", ["small", "large"])
    assert command[-2:] == ["-Q", "small,large"]
    assert command[command.index("--concurrency") + 1] == "1"


def test_a_worker_without_a_broker_is_refused():
    with pytest.raises(UsageError, match="DISCOVERY_BROKER_URL"):
        service_command(Settings(broker_url=None), Service.WORKER, "127.0.0.1", [])


def test_each_service_waits_for_what_it_needs_and_the_daemon_is_one():
    services = composed(COMPOSE[0])
    for name, service in services.items():
        for needed, condition in service.get("depends_on", {}).items():
            assert needed in services, name
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], needed
    assert "deploy" not in services["daemon"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize(
    ("script", "document", "heading"),
    [
        ("pipeline-login.sh", "operations.md", "## A Postgres server of your own"),
        ("api-login.sh", "security.md", "## With a server"),
    ],
)
def test_the_statements_for_postgres_are_those_of_the_documents(script, document, heading):
    text = (PROJECT / "docs" / document).read_text("utf-8").partition(heading)[2]
    documented = text.partition("```sql\n")[2].partition("```")[0].replace("'…'", ":'password'")
    run = " ".join((DEPLOY / "compose" / script).read_text("utf-8").split())
    for statement in documented.split("\n\n" if "do $$" in documented else "\n"):
        assert " ".join(statement.split()) in run, statement
