"""Searches for what breaks readers beside the corpus: its files, changed by a seeded drawing."""

import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from typing import Final

from attack.corpus.kinds import HostileFile

_LARGEST: Final = 512 * 1024  # bytes of a file that is changed: small ones break as well as large
_REPEATED: Final = 200_000  # bytes that a piece is repeated to
TOKENS: Final = (
    b"\n", b"\r", b'"', b",", b";", b"\t", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"{", b"}",
    b"[", b"]", b":", b"->", b"<", b">", b"&", b"&a", b"*a", b"<<: ", b"--", b"/*", b"#", b"=",
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f",
    b"99999999999999999999", b"1e999", b"<!--", b"]]>", b'r="XFD1048576"', b"\\ud800",
)  # fmt: skip


def may_change(file: HostileFile) -> bool:
    """Whether a file is small enough to be changed, and holds anything."""
    return 0 < len(file.content) <= _LARGEST


def mutations(files: Sequence[HostileFile], seed: int) -> Iterator[HostileFile]:
    """Change `files` without end; the same seed gives the same."""
    drawing = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    number = 0
    while True:
        file = drawing.choice(files)
        content = _changed(drawing, file.content)
        yield HostileFile("mutations", f"mutation-{seed}-{number}-{file.name[-40:]}", content)
        number += 1


def _changed(drawing: random.Random, data: bytes) -> bytes:
    """Change a file, or a member of an archive, once to four times."""
    if data.startswith(b"PK\x03\x04") and drawing.random() < 0.7:
        return _with_changed_member(drawing, data)
    for _ in range(drawing.randint(1, 4)):
        at = drawing.randrange(len(data) + 1)
        to = min(len(data), at + drawing.choice((1, 4, 30, 1_000)))
        change = drawing.randrange(5)
        if change == 0:
            data = data[:at] + drawing.choice(TOKENS) + data[at:]
        elif change == 1:
            data = data[:at] + data[to:]
        elif change == 2:
            data = data[:at] + drawing.randbytes(to - at) + data[to:]
        elif change == 3:
            piece = data[at:to] or b"a"
            data = data[:at] + piece * max(1, _REPEATED // len(piece)) + data[at:]
        else:
            data = data[:at] + drawing.choice(TOKENS) * drawing.choice((2, 99, 5_000)) + data[at:]
    return data


def _with_changed_member(drawing: random.Random, data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {
                each.filename: archive.read(each)
                for each in archive.infolist()
                if each.file_size <= _LARGEST
            }
    except Exception:  # one that is broken already
        return _changed(drawing, b" " + data)[1:]
    if not any(members.values()):
        return data[: drawing.randrange(len(data))]
    name = drawing.choice([name for name, content in members.items() if content])
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in members.items():
            archive.writestr(each, _changed(drawing, b" " + content) if each == name else content)
    return changed.getvalue()
