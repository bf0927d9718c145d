"""`discovery up` of a home, in processes of its own, and its webserver's GraphQL."""

import json
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from discovery_dagster.domain.keys import PARTITIONS_NAME
from discovery_dagster_tests.installation import Installation

REPOSITORY = {"repositoryLocationName": "discovery", "repositoryName": "__repository__"}

_LAUNCH = """
mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""

_TICKS = """
query ($selector: SensorSelector!) {
  sensorOrError(sensorSelector: $selector) {
    ... on Sensor { sensorState { ticks(limit: 1000) { status error { message } } } }
  }
}
"""

_START_SENSOR = """
mutation ($selector: SensorSelector!) {
  startSensor(sensorSelector: $selector) {
    ... on Sensor { sensorState { status } }
    ... on PythonError { message }
  }
}
"""

_PAGE = """
query ($key: AssetKeyInput!, $partitions: [String!]) {
  assetNodeOrError(assetKey: $key) {
    ... on AssetNode {
      assetMaterializations(partitions: $partitions, limit: 1) {
        metadataEntries { label ... on UrlMetadataEntry { url } }
      }
    }
  }
}
"""

_BACKFILL = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""

_BACKFILL_STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } }
}
"""

_ASSETS = """
query ($partitions: [String!]!) {
  assetNodes {
    assetKey { path }
    isExecutable
    partitionKeys
    assetPartitionStatuses {
      ... on DefaultPartitionStatuses { failedPartitions unmaterializedPartitions }
    }
    staleStatusByPartition(partitions: $partitions)
  }
}
"""

_ADD_PARTITION = """
mutation ($selector: RepositorySelector!, $name: String!, $key: String!) {
  addDynamicPartition(
    repositorySelector: $selector, partitionsDefName: $name, partitionKey: $key
  ) { __typename }
}
"""

_RUNS = "{runsOrError {... on Runs {results {runId status tags {key value}}}}}"


@dataclass(frozen=True)
class Services:
    """A running `discovery up`."""

    home: Installation
    process: subprocess.Popen[str]
    dagster_url: str
    api_url: str
    token: str

    def ask(self, query: str, **variables: Any) -> Any:
        """What the webserver answers to a GraphQL query."""
        answer = httpx.post(
            f"{self.dagster_url}/graphql",
            json={"query": query, "variables": variables},
            timeout=60,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def answers(self) -> bool:
        """Whether the webserver answers already."""
        try:
            return httpx.get(f"{self.dagster_url}/server_info", timeout=10).is_success
        except httpx.TransportError:
            return False

    def assets(self, *partitions: str) -> dict[str, Any]:
        """What the UI shows of each asset, with its state at `partitions`."""
        nodes = self.ask(_ASSETS, partitions=partitions)["assetNodes"]
        return {"/".join(node["assetKey"]["path"]): node for node in nodes if node["isExecutable"]}

    def add_partition(self, key: str) -> None:
        """Add a partition as the UI's picker does."""
        name = PARTITIONS_NAME
        added = self.ask(_ADD_PARTITION, selector=REPOSITORY, name=name, key=key)
        assert added["addDynamicPartition"]["__typename"] == "AddDynamicPartitionSuccess", added

    def backfill(self, assets: Iterable[str], partitions: Sequence[str] | None = None) -> str:
        """Backfill assets at `partitions` or at all there are, to the end; return its status."""
        backfill = self.launch_backfill(assets, partitions)

        def status() -> str:
            answer = self.ask(_BACKFILL_STATUS, id=backfill)
            return str(answer["partitionBackfillOrError"]["status"])

        self.until(lambda: status() not in ("REQUESTED", "CANCELING", "FAILING"), 400)
        return status()

    def launch_backfill(
        self, assets: Iterable[str], partitions: Sequence[str] | None = None
    ) -> str:
        """Launch a backfill of assets at `partitions` or at all there are; return its id."""
        params = {"assetSelection": [{"path": asset.split("/")} for asset in assets]}
        chosen = {"allPartitions": True} if partitions is None else {"partitionNames": partitions}
        launched = self.ask(_BACKFILL, params=params | chosen)["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        return str(launched["backfillId"])

    def launch(
        self,
        job: str,
        partition: str | None = None,
        assets: Sequence[str] | None = None,
        **extra: str,
    ) -> str:
        """Launch a run as the UI does, of the whole job or of some assets; return its id.

        Tags of Discovery's own are given by their names, such as `force="inventory"`.
        """
        tags = [{"key": f"discovery/{name}", "value": value} for name, value in extra.items()]
        if partition is not None:
            tags.append({"key": "dagster/partition", "value": partition})
        params = {
            "selector": {
                **REPOSITORY,
                "pipelineName": job,
                "assetSelection": assets and [{"path": asset.split("/")} for asset in assets],
            },
            "runConfigData": {},
            "mode": "default",
            "executionMetadata": {"tags": tags},
        }
        launched = self.ask(_LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def runs(self) -> dict[str, str]:
        """The status of each run."""
        response = self.ask(_RUNS)["runsOrError"]["results"]
        return {run["runId"]: run["status"] for run in response}

    def ticks(self, sensor: str) -> int:
        """How many ticks of a sensor have ended."""
        return len(self.ended_ticks(sensor))

    def ended_ticks(self, sensor: str) -> list[dict[str, Any]]:
        """Status and error of each tick of a sensor that has ended."""
        response = self.ask(_TICKS, selector={**REPOSITORY, "sensorName": sensor})
        ticks = response["sensorOrError"]["sensorState"]["ticks"]
        return [tick for tick in ticks if tick["status"] != "STARTED"]

    def switch_on(self, sensor: str) -> None:
        """Switch a sensor on as the UI does."""
        started = self.ask(_START_SENSOR, selector={**REPOSITORY, "sensorName": sensor})
        assert started["startSensor"]["sensorState"]["status"] == "RUNNING", started

    def page(self, asset: str, partition: str) -> str:
        """The link that the UI shows with the last materialisation of an asset."""
        response = self.ask(_PAGE, key={"path": [asset]}, partitions=[partition])
        (materialisation, *_) = response["assetNodeOrError"]["assetMaterializations"]
        (link,) = [
            entry["url"] for entry in materialisation["metadataEntries"] if entry["label"] == "page"
        ]
        return str(link)

    def until(self, condition: Callable[[], Any], seconds: float = 150) -> Any:
        """Wait for the condition, while the services live; return what it gives."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.3)
        return value


@contextmanager
def running(home: Installation, **extra: str) -> Iterator[Services]:
    """`discovery up` with settings of its own (`extra`), stopped at the end."""
    process = home.start("up", "--api-port", "0", "--dagster-port", "0", "--json", **extra)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        document = json.loads(line)
        yield Services(
            home, process, document["dagster_url"], document["api_url"], document["token"]
        )
    finally:
        process.terminate()
        process.communicate(timeout=30)
