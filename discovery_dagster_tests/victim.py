"""The command line in a process that kills with SIGKILL at one moment of one step.

`python -m discovery_dagster_tests.victim '{"step": …, "moment": …, "target": …}' COMMAND…`

A kill from outside meets a moment only by chance; the shortest ones, such as that between the
commit of a step and Dagster's event, it would never meet. The process ends here as it does there:
nothing of it runs any more.
"""

import json
import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Self

from discovery_dagster.domain.steps import STEPS
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.postmaster import Postmaster
from discovery_dagster.store.progress import StepProgress
from discovery_dagster.store.publications import Publisher

#: At work; half of the frames written; all rows written, the transaction open; and after its commit
#: before Dagster is told.
MOMENTS = ("working", "writing", "publishing", "committed")
PROCESS, POSTGRES, POWER = "process", "postgres", "power"


@dataclass(frozen=True)
class Blow:
    """What is killed (the process, its Postgres, or both as a power cut does), and when."""

    step: str
    moment: str
    target: str

    @classmethod
    def of(cls, seed: int, *, embedded: bool = True) -> Self:
        """The blow of a seed; every moment has its turn. Only an embedded Postgres is killed."""
        draw = random.Random(seed)  # noqa: S311 - a seeded draw
        step = draw.choice([step.key for step in STEPS])
        target = draw.choice((PROCESS, POSTGRES, POWER) if embedded else (PROCESS,))
        return cls(step, MOMENTS[seed % len(MOMENTS)], target)

    def __str__(self) -> str:
        return f"{self.target} at {self.step}, {self.moment}"

    def command(self, *arguments: object) -> list[str]:
        """The command that runs Discovery's with this blow in it."""
        return [
            *(sys.executable, "-m", "discovery_dagster_tests.victim", json.dumps(asdict(self))),
            *map(str, arguments),
        ]

    def fall(self) -> None:
        """Kill."""
        data = Settings().home / "postgres" / "server" / "data"
        postmaster = Postmaster.of(data)
        if self.target != PROCESS and postmaster is not None:
            os.kill(postmaster.pid, signal.SIGKILL)
        if self.target != POSTGRES:
            os.kill(os.getpid(), signal.SIGKILL)


def arm(blow: Blow) -> None:
    """Have the blow fall once, at its moment of its step."""
    {
        "working": _while_working,
        "writing": _while_writing,
        "publishing": _while_publishing,
        "committed": _after_commit,
    }[blow.moment](blow)


def _while_working(blow: Blow) -> None:
    write = StepProgress._write

    def and_fall(self: StepProgress, done: int, total: int | None) -> None:
        write(self, done, total)
        if self.step == blow.step:
            blow.fall()

    StepProgress._write = and_fall


def _while_writing(blow: Blow) -> None:
    write = ObjectStore.write_frames

    def half(self, session, step, publication, frames) -> None:
        if step == blow.step:
            write(self, session, step, publication, dict(list(frames.items())[:1]))
            blow.fall()
        write(self, session, step, publication, frames)

    ObjectStore.write_frames = half


def _while_publishing(blow: Blow) -> None:
    publish, writer = Publisher.publish, Database.writer
    publishing = False

    def noted(self, step, *arguments, **named):
        nonlocal publishing
        publishing = step.key == blow.step
        return publish(self, step, *arguments, **named)

    @contextmanager
    def open_to_the_last(self, engagement) -> Iterator:
        with writer(self, engagement) as connection:
            yield connection
            if publishing:
                blow.fall()

    Publisher.publish, Database.writer = noted, open_to_the_last


def _after_commit(blow: Blow) -> None:
    publish = Publisher.publish

    def and_fall(self, step, *arguments, **named):
        publication = publish(self, step, *arguments, **named)
        if step.key == blow.step:
            blow.fall()
        return publication

    Publisher.publish = and_fall


if __name__ == "__main__":
    from discovery_dagster.cli import main

    arm(Blow(**json.loads(sys.argv.pop(1))))
    main()
