"""Old workbooks, read by the library in a process of its own.

Damaged ones end the process that reads them: the library reserves what they claim (a cell in row
32,639 and column 32,639 asks for 34 GB), and Rust aborts where there is no such memory. So that
process has a limit, and what ends it is a file that is refused. It costs half a second a file.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from discovery_dagster.domain.readers.by_library import DamagedError, read_by_library
from discovery_dagster.domain.readers.limits import Limits
from discovery_dagster.domain.readers.worksheet import Layout, Worksheet, Worksheets

_CELL: Final = 64  # bytes of a cell, in the library and as text
_ITSELF: Final = 4 * 1024**3  # bytes of address space without any cells: threads reserve much
_SECONDS: Final = 600
_COMMAND: Final = "from discovery_dagster.domain.readers.apart import main; main()"


def read_apart(data: bytes, limits: Limits) -> Worksheets:
    """Return all sheets of the workbook `data`; see `read_by_library`.

    Raises:
        DamagedError: when it cannot be read, with what the library said.
    """
    memory = _ITSELF + _CELL * limits.sheet_cells
    with TemporaryDirectory() as folder:
        try:
            done = subprocess.run(  # noqa: S603 - nothing of the file is in the command
                [sys.executable, "-c", _COMMAND, folder, str(memory)],
                input=data,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise DamagedError("It takes too long to read.") from error
        if done.returncode:
            raise DamagedError(done.stderr.decode(errors="replace"))
        return [
            Worksheet(
                sheet["name"],
                pl.read_parquet(Path(folder) / f"{at}"),
                layout=Layout(hidden=sheet["hidden"]),
            )
            for at, sheet in enumerate(json.loads(done.stdout))
        ]


def main() -> None:
    """Read the workbook on the standard input; its cells go to files, the rest to the output.

    The arguments are the folder of the files and the bytes of memory.
    """
    folder, memory = Path(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sheets = read_by_library(sys.stdin.buffer.read())
    except Exception as error:
        sys.stderr.write(str(error))
        sys.stderr.flush()
        os._exit(1)
    for at, sheet in enumerate(sheets):
        sheet.cells.write_parquet(folder / f"{at}")
    described = [{"name": sheet.name, "hidden": sheet.layout.hidden} for sheet in sheets]
    json.dump(described, sys.stdout)
