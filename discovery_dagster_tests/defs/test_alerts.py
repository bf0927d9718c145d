import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from discovery_dagster.defs import alerts, assets
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile


class Receiver:
    """A webhook that keeps what it is told, and refuses it while `status` is no success."""

    def __init__(self):
        self.status, self.told = 200, []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if receiver.status == 200:
                    receiver.told.append(body)
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver(monkeypatch):
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever)
    thread.start()
    monkeypatch.setenv("DISCOVERY_WEBHOOK_URL", receiver.url)
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


class Daemon:
    """Evaluates one sensor and remembers its cursor."""

    def __init__(self, engine, sensor):
        self.engine, self.sensor, self.cursor = engine, sensor, None

    def tick(self):
        context = dg.build_sensor_context(instance=self.engine.instance, cursor=self.cursor)
        result = self.sensor(context)
        if isinstance(result, dg.SensorResult):
            self.cursor = result.cursor
        return result


@pytest.fixture
def failures(engine, receiver):
    daemon = Daemon(engine, alerts.ALERTS[0])
    daemon.tick()
    return daemon


@pytest.fixture
def quality(engine, receiver):
    daemon = Daemon(engine, alerts.ALERTS[1])
    daemon.tick()
    return daemon


@pytest.fixture
def failed(engine, session, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError("a message that could quote a cell")

    def run():
        with monkeypatch.context() as patched:
            patched.setattr(assets.intake, "describe_files", fail)
            return engine.execute_here(session)

    return run


def test_a_failed_run_is_told_once_with_its_keys_and_no_message(
    failures, receiver, failed, session
):
    run = failed()
    failures.tick()
    failures.tick()
    (alert,) = receiver.told
    assert (alert["event"], alert["partition_key"]) == ("run_failed", session.partition_key)
    assert (alert["run_id"], alert["failed_steps"]) == (run.run_id, ["source_files"])
    assert "cell" not in json.dumps(alert)


def test_what_could_not_be_delivered_is_told_with_the_next_tick(failures, receiver, failed):
    failed()
    receiver.status = 503
    assert "503" in failures.tick().skip_reason.skip_message
    assert receiver.told == []
    receiver.status = 200
    failures.tick()
    assert len(receiver.told) == 1


def test_a_receiver_that_is_not_there_loses_nothing(failures, receiver, failed, monkeypatch):
    failed()
    with monkeypatch.context() as patched:
        patched.setenv("DISCOVERY_WEBHOOK_URL", "http://127.0.0.1:9/hook")
        assert "not reached" in failures.tick().skip_reason.skip_message
    failures.tick()
    assert len(receiver.told) == 1


def test_checks_that_did_not_pass_are_told_with_their_counts(
    engine, engagement, quality, receiver, tmp_path
):
    path = tmp_path / "things.csv"
    path.write_text("Hostname\nthing-01\nthing-02\n")
    registered = sessions.register(
        engine.database, ObjectStore(Settings().objects), engagement, [IncomingFile("t.csv", path)]
    )
    engine.execute_here(registered)
    quality.tick()
    quality.tick()
    (alert,) = receiver.told
    assert (alert["event"], alert["session"]) == ("quality_degraded", "s001")
    (check,) = alert["checks"]
    assert check == {
        "check": "few_assets_are_unknown",
        "step": "classified_assets",
        "severity": "WARN",
        "counts": {"assets": 2, "unknown": 2},
    }
    assert "thing" not in json.dumps(alert)


def test_a_session_of_good_quality_is_not_told(engine, session, quality, receiver):
    engine.execute_here(session)
    quality.tick()
    assert receiver.told == []


def test_without_a_webhook_the_sensors_do_not_run(engine, monkeypatch):
    monkeypatch.delenv("DISCOVERY_WEBHOOK_URL", raising=False)
    for sensor in alerts.ALERTS:
        assert sensor.default_status == dg.DefaultSensorStatus.STOPPED
        assert "not set" in Daemon(engine, sensor).tick().skip_message
