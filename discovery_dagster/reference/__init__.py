"""Reference data: vocabularies, synonyms, rules, phrases, ports and dates, as files.

A file is read once in a process. Nothing here decides anything; the domain does.
"""

import hashlib
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
def digest(*names: str) -> str:
    """Return a short digest of the content of the files `names` (with their endings)."""
    total = hashlib.sha256()
    for name in names:
        total.update(ROOT.joinpath(name).read_bytes())
    return total.hexdigest()[:12]
