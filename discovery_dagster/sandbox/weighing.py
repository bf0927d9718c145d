"""How much a file will weigh once it is unpacked, before anything reads it."""

import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from discovery_dagster.domain.readers.archive import DAMAGED
from discovery_dagster.sandbox.allowance import Weight

_UNPACKED: Final = 10  # times its size that a workbook in an archive is likely to have unpacked


def weigh(path: Path, most: int) -> Weight:
    """Return the weight of the file at `path`; no archive counts for more than `most` bytes."""
    size = path.stat().st_size
    with suppress(*DAMAGED), zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        return Weight(min(max(_UNPACKED * size, unpacked), most), packed=True)
    return Weight(size)
