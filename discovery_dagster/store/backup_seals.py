"""The seal of a backup: an HMAC-SHA256 of all its bytes, at its end.

Nothing of a file whose seal does not fit is unpacked or parsed. The key never lies in the file:
`backup.key` of the home, made by the first backup, unless another file is named.
"""

import gzip
import hmac
import os
from pathlib import Path
from typing import BinaryIO, Final

from discovery_dagster.settings import Settings
from discovery_dagster.store.backup_errors import BackupError
from discovery_dagster.store.private_files import key_of

_MARK: Final = b"discovery backup 2 "
_BLOCK: Final = 1024**2
_SHORTEST_KEY: Final = 32


def key_file(settings: Settings) -> Path:
    """The file with the key that seals this home's backups."""
    return settings.backup_key_file or settings.home / "backup.key"


def key_for_writing(settings: Settings) -> bytes:
    """Return the key, made on first use where none is named.

    Raises:
        BackupError: when the named file is none, or too short for a key.
    """
    if settings.backup_key_file is None:
        return key_of(key_file(settings))
    return key_for_reading(settings)


def key_for_reading(settings: Settings) -> bytes:
    """Return the key, which must be there.

    Raises:
        BackupError: when there is none, or it is too short for one.
    """
    path = key_file(settings)
    if not path.is_file():
        raise BackupError(
            f"There is no key {path}: name the `backup.key` of the home that the backup was made"
            " of by DISCOVERY_BACKUP_KEY_FILE."
        )
    key = path.read_bytes()
    if len(key) < _SHORTEST_KEY:
        raise BackupError(f"{path} is no key: it has fewer than {_SHORTEST_KEY} bytes.")
    return key


def put(file: Path, key: bytes) -> None:
    """Append the seal to a tar, or tar.gz, that is whole; it stays one for other programs."""
    with file.open("r+b") as opened:
        end = opened.seek(0, os.SEEK_END)
        seal = _seal(opened, end, key)
        opened.seek(end)
        opened.write(seal)


def check(opened: BinaryIO, file: Path, key: bytes) -> None:
    """See that `opened`, which is `file`, ends with its seal; leave it at its beginning.

    Raises:
        BackupError: when there is none, or not the one that the key makes.
    """
    size = opened.seek(0, os.SEEK_END)
    end = max(0, size - len(_wrapped(opened, bytes(len(_MARK) + 32))))
    opened.seek(end)
    trailer = opened.read()
    if _MARK not in trailer:
        raise BackupError(
            f"{file} is not a backup of Discovery, not whole, or an earlier version's, which held"
            " statements: docs/operations.md says what to do with one."
        )
    if not hmac.compare_digest(trailer, _seal(opened, end, key)):
        raise BackupError(
            f"{file} was changed after it was sealed, or sealed with another key: name the right"
            " one by DISCOVERY_BACKUP_KEY_FILE."
        )
    opened.seek(0)


def _seal(opened: BinaryIO, end: int, key: bytes) -> bytes:
    """The seal of the first `end` bytes."""
    code = hmac.new(key, _MARK, "sha256")
    opened.seek(0)
    while block := opened.read(min(_BLOCK, end - opened.tell())):
        code.update(block)
    return _wrapped(opened, _MARK + code.digest())


def _wrapped(opened: BinaryIO, seal: bytes) -> bytes:
    """The seal as it stands in the file: programs pass over what follows the end of a tar.

    In one that is compressed it is a member of its own, not compressed itself, so that its length
    is always the same.
    """
    opened.seek(0)
    compressed = opened.read(2) == b"\x1f\x8b"
    return gzip.compress(seal, compresslevel=0, mtime=0) if compressed else seal
