"""A sample of the corpus of `make attack`, the same at every run, and what the corpus covers."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from attack import trial
from attack.corpus import KINDS, HostileFile
from attack.mutation import may_change, mutations
from attack.trial import Outcome, attack
from discovery_dagster.domain.readers import Limits
from discovery_dagster.sandbox.allowance import Allowance
from discovery_dagster.sandbox.reader import SandboxedReader

pytestmark = [
    pytest.mark.long,
    # An archive with two members of one name is one of the hostile files.
    pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning:zipfile"),
]

CHANGED = 25


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(Limits(), Allowance()) as reader:
        yield reader


@pytest.fixture(scope="module")
def sample() -> list[HostileFile]:
    """The first file of each kind."""
    return [next(kind.files()) for kind in KINDS]


def breaches(outcomes: Iterator[Outcome]) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.file.name, each.breaches) for each in outcomes if each.breaches]


def test_a_file_of_each_kind_is_read_or_refused_within_its_limits_beside_another(
    reader: SandboxedReader, sample: list[HostileFile], tmp_path: Path
) -> None:
    assert not breaches(attack(file, reader, tmp_path) for file in sample)


def test_changed_files_are_read_or_refused_within_their_limits_beside_another(
    reader: SandboxedReader, sample: list[HostileFile], tmp_path: Path
) -> None:
    changed = itertools.islice(mutations(list(filter(may_change, sample)), seed=1), CHANGED)
    assert not breaches(attack(file, reader, tmp_path) for file in changed)


def test_what_goes_beyond_its_limits_is_a_breach(
    reader: SandboxedReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = HostileFile("large", "large.csv", b"hostname,os\n" + b"web,RHEL\n" * 500_000)
    assert attack(file, reader, tmp_path).breaches == ()
    monkeypatch.setattr(trial, "SECONDS", 0.01)
    monkeypatch.setattr(trial, "MEMORY", 1024**2)
    seconds, memory = attack(file, reader, tmp_path).breaches
    assert seconds.endswith(" s")
    assert memory.endswith(" MiB")


def test_an_ordinary_file_that_is_not_read_is_a_breach(
    reader: SandboxedReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "ORDINARY", "hostname,os\nweb,RHEL 8\n")  # a record is missing
    file = HostileFile("small", "small.csv", b"hostname,os\nweb,RHEL\n")
    assert attack(file, reader, tmp_path).breaches == ("the other file was not read",)


def test_the_corpus_has_enough_kinds() -> None:
    assert len(KINDS) >= 50
    assert len({kind.name for kind in KINDS}) == len(KINDS)
