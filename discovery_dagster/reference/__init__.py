"""Reference data: vocabularies, synonyms, rules, phrases, ports and dates, as files.

A file is read once in a process. Nothing here decides anything; the domain does.
"""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

ROOT: Traversable = files(__name__)

#: The bundled sample estate: a folder of files as a client would send them, and their truth.
SAMPLE_ESTATE: Traversable = ROOT / "sample_estate"


@cache
def load(name: str) -> Any:
    """Return the content of the YAML file `name` (without its ending). Not to be changed."""
    return yaml.load(ROOT.joinpath(f"{name}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)


@cache
def load_folder(name: str) -> Mapping[str, Sequence[Any]]:
    """Return the documents of each YAML file in the folder `name`, by the file's name.

    Every scalar is a text as it is written. Not to be changed.
    """
    files = sorted(ROOT.joinpath(name).iterdir(), key=lambda file: file.name)
    return {
        file.name: list(yaml.load_all(file.read_text("utf-8"), Loader=yaml.CBaseLoader))
        for file in files
        if file.name.endswith(".yaml")
    }


@cache
def digest(*names: str) -> str:
    """Return a short digest of what the files `names` (with their endings) say."""
    total = hashlib.sha256()
    for name in names:
        total.update(content(ROOT.joinpath(name)).encode())
    return total.hexdigest()[:12]


def content(file: Traversable) -> str:
    """Return what a file says as text, without the comments and the layout of YAML and CSV.

    The order counts: of two rules that match, the first may win.
    """
    text = file.read_text("utf-8")
    if file.name.endswith(".yaml"):
        return repr(list(yaml.load_all(text, Loader=yaml.CSafeLoader)))
    if file.name.endswith(".csv"):
        lines = (line for line in text.splitlines() if not line.startswith("#"))
        return repr(list(csv.reader(lines)))
    return text
