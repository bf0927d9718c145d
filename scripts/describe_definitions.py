"""Writes `docs/definitions.md` from what Dagster loads.

Run it as `python -m scripts.describe_definitions`.
"""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from discovery_dagster.definitions import defs

DOCUMENT = Path(__file__).parent.parent / "docs/definitions.md"

_BEGINNING = """\
# What Dagster loads

Assets, checks, jobs, schedules and sensors of the code location, made from the definitions by
`python -m scripts.describe_definitions`.

## Assets

| asset | made from | group | checks | what it is |
|---|---|---|---|---|
"""


def describe() -> str:
    """Return the text of `docs/definitions.md`."""
    return "".join([_BEGINNING, *_assets(), *_automation()])


def _assets() -> Iterator[str]:
    graph = defs.resolve_asset_graph()
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    for key in sorted(specs):
        spec = specs[key]
        sources = ", ".join(f"`{_name(parent)}`" for parent in sorted(graph.get(key).parent_keys))
        checks = ", ".join(f"`{check.name}`" for check in sorted(graph.get(key).check_keys))
        text = (spec.description or "").split("\n\n")[0]
        yield (
            f"| `{_name(key)}` | {sources} | {spec.group_name} | {checks} |"
            f" {' '.join(text.split())} |\n"
        )


def _name(key: dg.AssetKey) -> str:
    return key.to_user_string()


def _automation() -> Iterator[str]:
    repository = defs.get_repository_def()
    yield "\n## Jobs\n\n| job | what it is |\n|---|---|\n"
    for job in sorted(repository.get_all_jobs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            yield f"| `{job.name}` | {' '.join((job.description or '').split())} |\n"
    yield "\n## Schedules and sensors\n\n| name | from the start | what it does |\n|---|---|---|\n"
    for tick in sorted(
        (*repository.schedule_defs, *repository.sensor_defs), key=lambda tick: tick.name
    ):
        running = "running" if "RUNNING" in str(tick.default_status) else "stopped"
        yield f"| `{tick.name}` | {running} | {' '.join((tick.description or '').split())} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(describe(), "utf-8")
