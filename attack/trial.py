"""One drop of a hostile file and an ordinary one, and what may not come of it."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from attack.corpus.kinds import HostileFile
from attack.watching import Watch
from discovery_dagster.domain import intake
from discovery_dagster.domain.intake import NothingReadableError, Readings, SourceFile
from discovery_dagster.sandbox.reader import SandboxedReader

SECONDS: Final = 10  # of the processor, so that a busy machine does not count
MEMORY: Final = 1024**3  # bytes above the empty process
_SENTENCE: Final = 500  # characters of a message at most, besides the file's name

#: Codes of files that only a child that ended could refuse: the limits inside did not hold.
BY_FORCE: Final = frozenset(
    {"file_too_large_to_read", "reading_took_too_long", "reader_died", "reader_failed"}
)
ORDINARY: Final = "hostname,os\nweb,RHEL 8\ndb,SLES 15\n"


@dataclass(frozen=True)
class Outcome:
    """What came of a hostile file: the code of its refusal, or None when it was read."""

    file: HostileFile
    code: str | None
    message: str | None
    seconds: float
    clock: float
    memory: int
    breaches: tuple[str, ...]


def attack(file: HostileFile, reader: SandboxedReader, folder: Path) -> Outcome:
    """Read a hostile file and an ordinary one as a session does."""
    hostile, ordinary = folder / "hostile", folder / "ordinary"
    hostile.write_bytes(file.content)
    ordinary.write_text(ORDINARY)
    drop = [
        SourceFile(file.name, hostile, "hostile", hostile.stat().st_size),
        SourceFile("ordinary.csv", ordinary, "ordinary", len(ORDINARY)),
    ]
    readings = Readings(reader.read_tables)
    records = pl.DataFrame()
    reader.read_tables(ordinary, "before.csv")  # a child is there
    with Watch(reader) as watch:
        described = intake.describe_files(drop, lambda *_: None, readings)
        try:
            frames = intake.collect_records(
                intake.files_to_read(drop, described), lambda *_: None, readings
            )
            records = frames["tables"].filter(pl.col("file") == "ordinary.csv")
        except NothingReadableError:
            pass
    row = described.row(0, named=True)
    outcome = Outcome(
        file, row["error_code"], row["error"], watch.seconds, watch.clock, watch.memory, ()
    )
    return Outcome(**vars(outcome) | {"breaches": tuple(_breaches(outcome, records))})


def _breaches(outcome: Outcome, ordinary: pl.DataFrame) -> Iterator[str]:
    if ordinary["records"].to_list() != [2] if ordinary.height else True:
        yield "the other file was not read"
    if outcome.seconds > SECONDS:
        yield f"{outcome.seconds:.1f} s"
    if outcome.memory > MEMORY:
        yield f"{outcome.memory / 1024**2:,.0f} MiB"
    if outcome.code == "reader_failed":
        yield f"a fault of our own: {outcome.message}"
    if outcome.message is not None and not _is_sentence(outcome.message, outcome.file.name):
        yield f"no sentence: {outcome.message[:200]!r}"


def _is_sentence(message: str, name: str) -> bool:
    """Whether a message names the file, ends like a sentence and shows nothing that is unseen."""
    unseen = any(unicodedata.category(each) in {"Cc", "Cs", "Co"} for each in message)
    short = len(message) <= _SENTENCE + len(name)
    return name in message and message.endswith(".") and short and not unseen
