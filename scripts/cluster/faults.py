"""What happens to an installation while it works, each when somebody is in the middle of a run."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from scripts.cluster.engines import Engines
from scripts.cluster.network import Machine
from scripts.cluster.services import Service, Services, until

#: Seconds for which an engine, and a worker that was killed, stays away.
_AWAY = 10.0

#: Seconds that a worker may take until it is in the middle of a run.
_PATIENCE = 900.0

#: The services that hold a session now: a claim is a lock of a connection.
_HOLDERS = """
select distinct application_name as name from pg_stat_activity join pg_locks using (pid)
where locktype = 'advisory' and granted and objsubid = 1
"""


@dataclass(frozen=True)
class Faults:
    """The faults of one run of the test, in their order; `is_over` says when there is no work."""

    engines: Engines
    services: Services
    machine: Machine
    cut_seconds: float
    is_over: Callable[[], bool]

    def happen(self) -> Iterator[str]:
        """Let each happen, and say what happened."""
        yield self._killed(self.services.running["worker-1"])
        cut_at = self._cut() if self.machine.name else None
        if cut_at is None:
            yield f"no worker was cut off: {self.machine.refusal}"
        yield self._restarted("the broker", self.engines.redis.stop, self.engines.redis.start)
        yield self._restarted("Postgres", self.engines.postgres.stop, self.engines.postgres.start)
        yield self._restarted(
            "the object store", self.engines.bucket.stop, self.engines.bucket.start
        )
        if cut_at is not None:
            time.sleep(max(0.0, cut_at + self.cut_seconds - time.monotonic()))
            self.machine.mend()
            yield f"worker-3 was cut off for {time.monotonic() - cut_at:.0f} s in mid-run"

    def _killed(self, worker: Service) -> str:
        self._until_busy(worker.name)
        worker.kill()
        time.sleep(_AWAY)
        worker.start()
        return f"{worker.name} was killed in mid-run, and started {_AWAY:.0f} s later"

    def _cut(self) -> float:
        self._until_busy("worker-3")
        self.machine.cut()
        return time.monotonic()

    def _restarted(self, what: str, stop: Callable[[], None], start: Callable[[], None]) -> str:
        self._until_busy()
        stop()
        time.sleep(_AWAY)
        start()
        return f"{what} was killed in mid-run, and started {_AWAY:.0f} s later"

    def _until_busy(self, worker: str | None = None) -> None:
        """Wait until a worker, this one or any, is in the middle of a run."""

        def busy() -> bool:
            if self.is_over():
                raise TimeoutError(f"there was no work left for {worker or 'any worker'}")
            holders = [name for name in self._holders() if name.startswith("worker-")]
            return bool(holders) if worker is None else worker in holders

        until(busy, f"{worker or 'no worker'} has no run", _PATIENCE)

    def _holders(self) -> list[str]:
        with psycopg.connect(self.engines.postgres.administrator()) as connection:
            return [name for (name,) in connection.execute(_HOLDERS)]
