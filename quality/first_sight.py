"""Public files at first sight: `python -m quality.first_sight FOLDER [--faults] [--kinds]`.

The labels are `truth/first_sight.yaml`; the files are not the project's and lie in the folder, each
as KIND/OWNER-NAME. A part of them, which the labels name, is *used*: what goes wrong there may be
looked at (`--faults`) and its kind is mended. The rest is *kept back*: of it only figures are
printed, so that they say what a file does that nobody has looked at.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from quality.figures import Figure, print_section
from quality.sight_labels import KEPT_BACK, USED, Label, read_labels
from quality.sight_looking import Sight, look

#: Least shares, and most of what should not be.
WITHOUT_ANSWER, RIGHT, MAPPED, TYPES = 0.92, 0.985, 0.9, 0.97
CONFIDENT_WRONG, NO_THINGS, MISSING, PRECISION, RECALL = 0.01, 0.005, 0.01, 0.99, 0.95

_FOLDER: Final = (
    "FOLDER is where the public files lie; truth/first_sight.yaml says under which names."
)


def main() -> int:
    """Print the figures of both halves; return 1 where one is not what is wanted."""
    options = {argument for argument in sys.argv[1:] if argument.startswith("--")}
    folders = [Path(argument) for argument in sys.argv[1:] if argument not in options]
    if len(folders) != 1 or not folders[0].is_dir() or options - {"--faults", "--kinds"}:
        print(f"{__doc__}\n{_FOLDER}", file=sys.stderr)
        return 2
    return print_sight(folders[0], kinds="--kinds" in options, faults="--faults" in options)


def print_sight(folder: Path, *, kinds: bool, faults: bool = False) -> int:
    """Print what came of the files in `folder`; return 1 where a half's figure is not as wanted.

    Args:
        folder: where the public files lie.
        kinds: whether a line for each kind of file is printed, too.
        faults: whether what went wrong in the used half is.
    """
    labels = [label for label in read_labels() if (folder / label.file).is_file()]
    seen = {half: _look(folder, labels, half) for half in (USED, KEPT_BACK)}
    good = [
        print_section(f"First sight, {half}: {len(sights)} files", figures(sights))
        for half, sights in seen.items()
    ]
    _print_batches(labels, seen)
    if kinds:
        for half, sights in seen.items():
            _print_kinds(half, sights)
    if faults:
        for sight in seen[USED]:
            for fault in sight.faults:
                print(f"{sight.file}: {fault}")
    return 0 if all(good) else 1


def _look(folder: Path, labels: Iterable[Label], half: str) -> list[Sight]:
    return [look(folder / label.file, label) for label in labels if label.half == half]


def figures(sights: list[Sight]) -> Iterator[Figure]:
    """Measure files that were looked at."""
    tables = [sight for sight in sights if sight.table]
    sure = [sight for sight in tables if not sight.asks]
    yield _share("tables", "read, or waiting for an answer", tables, lambda s: not s.refused, 1.0)
    yield _share(
        "tables",
        "read without an answer",
        sure,
        lambda s: not s.refused and not s.waits,
        WITHOUT_ANSWER,
    )
    yield _of("mappings", "accepted ones right", sights, "accepted_right", "accepted", RIGHT)
    yield _of("mappings", "mappable ones mapped", sights, "mapped", "mappable", MAPPED)
    yield _of("types", "assigned ones right", sights, "types_right", "types_assigned", TYPES)
    yield _of(
        "types", "not confident and wrong", sights, "not_sure_wrong", "typed", 1 - CONFIDENT_WRONG
    )
    yield _of("assets", "that are things", sights, "assets_of_things", "assets", 1 - NO_THINGS)
    yield _of("things", "that are assets", sights, "things_found", "things", 1 - MISSING)
    yield _of("edges", "precision", sights, "edges_right", "edges_found", PRECISION)
    yield _of("edges", "recall", sights, "edges_right", "edges", RECALL)


def _of(
    subject: str, measure: str, sights: Iterable[Sight], part: str, of: str, wanted: float
) -> Figure:
    """What share of the counts `of` are counts of `part`."""
    sights = list(sights)
    counted, whole = (sum(getattr(sight, name) for sight in sights) for name in (part, of))
    return Figure(
        subject, measure, counted / whole if whole else 1.0, wanted, f"{counted} of {whole}"
    )


def _share(
    subject: str, measure: str, sights: list[Sight], holds: Callable[[Sight], bool], wanted: float
) -> Figure:
    """In what share of the files it holds."""
    counted = sum(holds(sight) for sight in sights)
    share = counted / len(sights) if sights else 1.0
    return Figure(subject, measure, share, wanted, f"{counted} of {len(sights)}")


def _print_batches(labels: Iterable[Label], seen: Mapping[str, list[Sight]]) -> None:
    """Print the figures of each batch's halves, where there are several batches."""
    batches = {label.file: label.batch for label in labels}
    for batch in sorted(set(batches.values())) if len(set(batches.values())) > 1 else ():
        for half, sights in seen.items():
            own = [sight for sight in sights if batches[sight.file] == batch]
            if own:
                print_section(f"Batch {batch}, {half}: {len(own)} files", figures(own))


def _print_kinds(half: str, sights: list[Sight]) -> None:
    """Print a line for each kind of file: how much of it came out right."""
    kinds: dict[str, list[Sight]] = defaultdict(list)
    for sight in sights:
        kinds[sight.kind].append(sight)
    print(f"\n### {half}, by kind\n")
    print("| kind | files | read | mapped | things | edges |\n|---|---|---|---|---|---|")
    for kind, own in sorted(kinds.items()):
        cells = [
            kind,
            str(len(own)),
            str(sum(not sight.refused or not sight.table for sight in own)),
        ]
        for part, of in (
            ("mapped", "mappable"),
            ("things_found", "things"),
            ("edges_right", "edges"),
        ):
            whole = sum(getattr(sight, of) for sight in own)
            cells.append(
                f"{sum(getattr(sight, part) for sight in own)} of {whole}" if whole else ""
            )
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    sys.exit(main())
