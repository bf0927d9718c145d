"""Tries every hostile file, then changed ones: `python -m attack [--seed N] [--changed N] [KIND…]`.

Prints the worst of each kind, and ends with 1 when one takes more than it may.
"""

import argparse
import itertools
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from attack.corpus import KINDS, HostileFile
from attack.mutation import may_change, mutations
from attack.trial import BY_FORCE, MEMORY, SECONDS, Outcome, attack
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.settings import Settings


def main() -> int:
    """Run the attack and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m attack")
    parser.add_argument("kinds", nargs="*", help="kinds to try instead of all")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing of changes")
    parser.add_argument("--changed", type=int, default=300, help="how many changed files are tried")
    chosen = parser.parse_args()
    outcomes = defaultdict[str, list[Outcome]](list)
    settings = Settings()
    print(f"{'kind':36} files  read  refused  by force  worst time  by the clock  worst memory")
    with tempfile.TemporaryDirectory() as folder, closing(_reader(settings)) as reader:
        for kind, files in itertools.groupby(_files(chosen), key=lambda file: file.kind):
            outcomes[kind] = [attack(file, reader, Path(folder)) for file in files]
            _print_kind(kind, outcomes[kind])
    breaches = [each for kind in outcomes.values() for each in kind if each.breaches]
    for each in breaches:
        print(f"{each.file.kind}: {each.file.name}: {'; '.join(each.breaches)}")
    tried = sum(map(len, outcomes.values()))
    print(
        f"{tried} files of {len(outcomes)} kinds, {len(breaches)} beyond {SECONDS} s,"
        f" {MEMORY // 1024**2:,} MiB or without a sentence; the other file of the drop was read"
        f" beside {tried - sum('other file' in ' '.join(each.breaches) for each in breaches)}."
    )
    return 1 if breaches else 0


def _reader(settings: Settings) -> SandboxedReader:
    return SandboxedReader(settings.limits, settings.allowance)


def _files(chosen: argparse.Namespace) -> Iterator[HostileFile]:
    small = list[HostileFile]()
    for kind in KINDS:
        if not chosen.kinds or kind.name in chosen.kinds:
            for file in kind.files():
                yield file
                small += [file] if may_change(file) else []
    yield from itertools.islice(mutations(small, chosen.seed), chosen.changed)


def _print_kind(kind: str, outcomes: Iterable[Outcome]) -> None:
    tried = list(outcomes)
    refused = sum(each.code is not None for each in tried)
    print(
        f"{kind:36} {len(tried):5} {len(tried) - refused:5} {refused:8}"
        f" {sum(each.code in BY_FORCE for each in tried):9}"
        f" {max(each.seconds for each in tried):9.1f} s {max(each.clock for each in tried):11.1f} s"
        f" {max(each.memory for each in tried) / 1024**2:9,.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
