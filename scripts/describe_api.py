"""Writes `docs/api.md` from the routes of the read API: `python -m scripts.describe_api`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from discovery_dagster.server import create_app
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database

DOCUMENT = Path(__file__).parent.parent / "docs/api.md"

_BEGINNING = """\
# The read API

Every route of the read API, made from its code by `python -m scripts.describe_api`. The schemas are
at `/openapi.json`, and their fields in [tables.md](tables.md). Errors are problem documents
(RFC 9457) whose `code` is stable. Where *files* are said, `.csv`, `.ndjson` or `.parquet` behind
the path answers all rows, with the same parameters but `limit` and `cursor`.

| route | parameters | answer |
|---|---|---|
"""

_FILES = (".csv", ".ndjson", ".parquet")


def describe() -> str:
    """Return the text of `docs/api.md`; nothing is connected to for it."""
    document = create_app(Settings(), Database("postgresql://nowhere")).openapi()
    return "".join([_BEGINNING, *_routes(document)])


def _routes(document: dict[str, Any]) -> Iterator[str]:
    paths = document["paths"]
    for path, methods in sorted(paths.items()):
        if path.endswith(_FILES):
            continue
        files = ", files" if path + _FILES[0] in paths else ""
        for method, operation in sorted(methods.items()):
            names = ", ".join(
                f"`{parameter['name']}`"
                for parameter in operation.get("parameters", ())
                if parameter["in"] != "path"
            )
            yield f"| `{method.upper()} {path}` | {names} | {_answer(operation)}{files} |\n"


def _answer(operation: dict[str, Any]) -> str:
    content = operation["responses"].get("200", {}).get("content", {})
    kinds = []
    for media_type, described in sorted(content.items()):
        reference = described.get("schema", {}).get("$ref", "")
        kinds.append(f"`{reference.rpartition('/')[2] or media_type}`")
    return ", ".join(kinds)


if __name__ == "__main__":
    DOCUMENT.write_text(describe(), "utf-8")
