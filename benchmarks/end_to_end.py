"""From the files of an estate to its plan: Discovery beside a notebook that does the same job.

Both take turns on the same files, each in processes of its own. Of each: seconds by the clock,
processor time (of Discovery that of its Postgres as well), and peak memory, what processes share
counted once. Starting does not count: the notebook's clock starts after its imports, and from
Discovery's is taken what an import of ten machines takes. Results are written to
`benchmarks/results/`.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from benchmarks import estate
from benchmarks.measure import machine, report
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database
from discovery_dagster_tests.processes import family, memory_bytes, processor_seconds

RESULTS = Path(__file__).with_name("results")

#: Machines; ten times as many flow records.
SIZES, LARGEST = (10_000, 100_000), 1_000_000

#: Machines of the estate whose import stands for what starting takes.
_SMALL = 10

#: Discovery's seconds beside the notebook's, and its memory, by size.
_WANTED = {10_000: ("-", "-"), 100_000: ("<= 1.0", "<= 1.0"), 1_000_000: ("<= 1.0", "<= 0.5")}


_BESIDE_NOTEBOOK = ("seconds", "processor", "memory")

_REASON = ("--reason", "A measurement.", "--no-run")

#: Seconds between two looks at memory.
_LOOK = 0.1

_POSTMASTER = "postgres/server/data/postmaster.pid"

_STEPS = """
select step, extract(epoch from at - started_at)::float as seconds
from discovery.publication where engagement = 'bench.measured' and session = %(session)s
order by at
"""


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of processors, and GB of memory at the highest."""

    seconds: float
    processor: float
    memory: float
    steps: dict[str, float]


def run() -> None:
    """Print and write the figures of the usual sizes."""
    _run(SIZES)


def run_largest() -> None:
    """The same of a million machines and ten million flow records."""
    _run([LARGEST])


def _run(sizes: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        start = _discovery(folder, _SMALL)["first"]
        for size in sizes:
            notebook, discovery = _notebook(folder, size), _discovery(folder, size)
            _report(size, notebook, discovery, start)


def _report(size: int, notebook: Took, discovery: Mapping[str, Took], start: Took) -> None:
    seconds, memory = _WANTED[size]
    first = discovery["first"]
    whole = first.seconds - start.seconds
    figures = {
        "seconds": (whole, notebook.seconds, seconds),
        "processor": (first.processor - start.processor, notebook.processor, "-"),
        "memory": (first.memory, notebook.memory, memory),
        "second session": (discovery["second"].seconds - start.seconds, whole, "<= 0.6"),
        "after one decision": (discovery["decided"].seconds - start.seconds, whole, "<= 0.3"),
    }
    for name, (ours, theirs, wanted) in figures.items():
        unit = "GB" if name == "memory" else "s"
        baseline = "notebook" if name in _BESIDE_NOTEBOOK else "first session"
        report(
            f"end to end, {size:,} assets: {name} / {baseline}",
            ours / theirs,
            wanted,
            f"{ours:.2f} {unit} / {theirs:.2f} {unit}",
        )
    print(f"    {whole / size * 1e6:.0f} s for a million assets at this rate; of the steps:")
    for step, took in first.steps.items():
        print(f"    {step:<48} {took:8.2f}", flush=True)
    RESULTS.mkdir(exist_ok=True)
    document = {
        "machine": machine(),
        "assets": size,
        "flows": size * estate.FLOWS_EACH,
        "notebook": asdict(notebook),
        "discovery": {name: asdict(took) for name, took in discovery.items()},
        "start": asdict(start),
        "ratio": {name: ours / theirs for name, (ours, theirs, _) in figures.items()},
    }
    file = RESULTS / f"end_to_end_{size}.json"
    file.write_text(json.dumps(document, indent=2) + "\n")


def _files(folder: Path, machines: int) -> Path:
    files = folder / str(machines)
    if not files.exists():
        files.mkdir()
        estate.write(files, machines)
    return files


def _notebook(folder: Path, machines: int) -> Took:
    command = [sys.executable, "-m", "benchmarks.notebook", _files(folder, machines), folder]
    output, memory = _watched(command)
    took = json.loads(output)
    return Took(took["seconds"], took["processor"], memory, {})


def _discovery(folder: Path, machines: int) -> dict[str, Took]:
    """Two imports into a home of its own, which exists and whose Postgres runs, and a re-run.

    In the second session 2 % of the machines are changed; then something is decided of one asset.
    """
    home, files = folder / f"home-{machines}", _files(folder, machines)
    with open_database(Settings(home=home)) as database:
        _command(home, "import", *_files(folder, _SMALL).iterdir(), *_where("warm"))
        postmaster = int((home / _POSTMASTER).read_text().split()[0])

        def taken(session: str, *arguments: object) -> Took:
            before, began = _spent(postmaster), time.perf_counter()
            memory = _command(home, *arguments, others=[postmaster])
            seconds, processor = time.perf_counter() - began, _spent(postmaster) - before
            with database.connect() as connection:
                steps = connection.execute(_STEPS, {"session": session}).fetchall()
            return Took(seconds, processor, memory, {row["step"]: row["seconds"] for row in steps})

        first = taken("s001", "import", *sorted(files.iterdir()), *_where("measured"))
        changed = sorted(_changed(files).iterdir())
        second = taken("s002", "import", *changed, *_where("measured"))
        asset = f"srv{machines // 2:08}"
        _command(
            home,
            "override",
            "set",
            asset,
            "type",
            "storage",
            *_where("measured", "s002"),
            *_REASON,
        )
        decided = taken("s002", "run", *_where("measured", "s002"))
    return {"first": first, "second": second, "decided": decided}


def _changed(files: Path) -> Path:
    """The same files with the owners of 2 % of the machines changed."""
    changed = files.with_name(f"{files.name}-changed")
    shutil.copytree(files, changed)
    listed = pl.read_csv(files / "cmdb.csv", infer_schema=False)
    owner = pl.when(pl.int_range(pl.len()) % 50 == 0).then(pl.lit("team-new")).otherwise("Owner")
    listed.with_columns(Owner=owner).write_csv(changed / "cmdb.csv")
    return changed


def _where(engagement: str, session: str | None = None) -> list[str]:
    named = ["--session", session] if session else []
    return ["--client", "bench", "--engagement", engagement, *named, "--json"]


def _command(home: Path, *arguments: object, others: Sequence[int] = ()) -> float:
    command = [sys.executable, "-m", "discovery_dagster", *arguments]
    return _watched(command, *others, DISCOVERY_HOME=str(home))[1]


def _spent(postmaster: int) -> float:
    """Processor seconds of our children that have ended, and of Postgres."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    backends = sum(processor_seconds(pid) for pid in family([postmaster]))
    return ended.ru_utime + ended.ru_stime + backends


def _watched(command: Sequence[object], *others: int, **settings: str) -> tuple[str, float]:
    """Run a command; return what it printed and the most memory of it and `others`, in GB.

    Raises:
        RuntimeError: when it fails.
    """
    process = subprocess.Popen(
        [str(word) for word in command],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    peak, over = 0, threading.Event()

    def look() -> None:
        nonlocal peak
        while not over.wait(_LOOK):
            peak = max(peak, sum(memory_bytes(pid) for pid in family([process.pid, *others])))

    looking = threading.Thread(target=look)
    looking.start()
    output, _ = process.communicate()
    over.set()
    looking.join()
    if process.returncode:
        raise RuntimeError(f"It failed: {output[-1000:]}")
    return output, peak / 1e9
