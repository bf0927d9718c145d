"""Objects in a bucket at `s3://`, `az://` or `gs://`, which any machine reaches.

Requests that find nobody are repeated for two minutes; credentials and addresses come from the
environment variables that the provider's own tools read (`AWS_…`, `AZURE_…`, `GOOGLE_…`).
"""

import errno
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import from_url

from discovery_dagster.store.outages import PATIENCE
from discovery_dagster.store.places import Fill, StoredObject
from discovery_dagster.store.spill import spill_folder

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from obstore.store import ObjectStore, RetryConfig

#: Objects that one request deletes, which is also what S3 takes.
_BATCH: Final = 1000

#: The library's own ten repetitions are over after four seconds, in which no store starts again.
_REPEATED: Final["RetryConfig"] = {
    "max_retries": 1000,
    "backoff": {"max_backoff": timedelta(seconds=5)},
    "retry_timeout": timedelta(seconds=PATIENCE),
}

#: What may follow the path of an address: a signature, which lets in whoever has it.
_QUERY: Final = re.compile(r"\?\S*")


@dataclass(frozen=True)
class ObjectBucket:
    """A `Place` at an address, with a folder of this machine for what needs a path meanwhile."""

    url: str
    spill: Path

    @cached_property
    def _store(self) -> "ObjectStore":
        return from_url(self.url, retry_config=_REPEATED)

    def write(self, folder: str, fill: Fill) -> None:
        """See `Place`. It is written here first, so that it is sent when it is whole."""
        with spill_folder(self.spill) as here:
            path = here / "object"
            with path.open("wb") as out:
                name = fill(out)
            key = f"{folder}/{name}"
            with self._in_words(key):
                obstore.put(self._store, key, path)

    def write_new(self, key: str) -> bool:
        """Keep an empty object under a key that none has; return whether none had it."""
        with self._in_words(key):
            try:
                obstore.put(self._store, key, b"", mode="create")
            except AlreadyExistsError:
                return False
        return True

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """See `Place`. What is read is fetched, a mebibyte at a time."""
        with self._in_words(key):
            raw = _Reader(obstore.open_reader(self._store, key))
            with io.BufferedReader(raw) as file:
                yield file

    @contextmanager
    def copy(self, key: str) -> Iterator[Path]:
        """See `Place`."""
        with spill_folder(self.spill) as here:
            path = here / "object"
            with self._in_words(key), path.open("wb") as out:
                for chunk in obstore.get(self._store, key).stream():
                    out.write(chunk)
            yield path

    def objects(self, folder: str = "") -> Iterator[StoredObject]:
        """See `Place`."""
        with self._in_words(folder):
            for batch in obstore.list(self._store, folder or None, chunk_size=_BATCH):
                for each in batch:
                    modified = each["last_modified"].timestamp()
                    yield StoredObject(each["path"], each["size"], modified, each["e_tag"])

    def delete(self, key: str) -> None:
        """See `Place`."""
        with self._in_words(key):
            obstore.delete(self._store, key)

    def delete_below(self, folder: str = "") -> int:
        """See `Place`."""
        keys = [each.key for each in self.objects(folder)]
        with self._in_words(folder):
            for start in range(0, len(keys), _BATCH):
                obstore.delete(self._store, keys[start : start + _BATCH])
        return len(keys)

    def address(self, key: str = "") -> str:
        """See `Place`. A URL."""
        return f"{self.url.rstrip('/')}/{key}".rstrip("/")

    @contextmanager
    def _in_words(self, key: str) -> Iterator[None]:
        """Raise what the library does as an OSError of one sentence, which signs nobody in."""
        try:
            yield
        except FileNotFoundError as error:
            raise FileNotFoundError(errno.ENOENT, "No such object", self.address(key)) from error
        except BaseError as error:
            message = _QUERY.sub("?…", str(error).partition("\n")[0])
            raise OSError(errno.EIO, message, self.address(key)) from error


class _Reader(io.RawIOBase):
    """What the library opened, as Python's own files are."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._opened.seek(offset, whence))

    def tell(self) -> int:
        return int(self._opened.tell())

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        read = bytes(self._opened.read(len(view)))
        view[: len(read)] = read
        return len(read)
