"""Writes `docs/formats/` from formats and `tools.yaml`: `python -m scripts.describe_formats`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from discovery_dagster import reference
from discovery_dagster.domain.fields import IGNORED, UNMAPPED
from discovery_dagster.domain.formats import FORMATS
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.formats.cloud import tag_columns
from discovery_dagster.domain.formats.declared import declarations
from discovery_dagster.domain.grain import OF_KIND
from discovery_dagster.domain.grain.deciding import NOUNS

FOLDER = Path(__file__).parent.parent / "docs/formats"
DOCUMENT = FOLDER / "README.md"

_MOST_COLUMNS = 120  # above which columns are words put together, which no list shows
_MOST_WORDS = 12
_TAGS = ("tags", "tag list", "labels", "settings user labels", "extensions attributes labels",
         *(f"{place} {tags}" for place in ("attributes", "values") for tags in ("tags", "labels")),
         )  # fmt: skip

_BEGINNING = """\
# Formats

What Discovery reads without being taught, by family: what writes it and how to get it from there.
Made from `discovery_dagster/reference/formats/`, `discovery_dagster/domain/formats/` and
[tools.yaml](tools.yaml) by `python -m scripts.describe_formats`.

A table that none of these knows is read by the words of its headers and by its values, or
[taught](../teaching-a-format.md). A format that is *declared* here is data in the same language:
`discovery format show NAME` prints it, to be taught under another name with what a client changed.
"""

_PAGE = """\
# {family}

How headers are written does not matter: `IP_ADDRESS*`, `ipAddress` and `ip address` are one.
Columns that are not listed are read by their words like those of any list, unless it says
otherwise. Made by `python -m scripts.describe_formats`; [all families](README.md).
"""


def describe() -> dict[Path, str]:
    """Return the text of each page of `docs/formats/` by its path."""
    families = yaml.safe_load((FOLDER / "tools.yaml").read_text("utf-8"))
    pages = {FOLDER / f"{family['page']}.md": _page(family) for family in families}
    return {DOCUMENT: "".join(_index(families)), **pages}


def formats_of(tool: dict[str, Any]) -> list[TableFormat]:
    """Return the formats of a tool: those that it names, or all of which it names the beginning."""
    return [
        known
        for known in FORMATS.values()
        if known.name in tool["formats"] or known.name.partition(".")[0] in tool["formats"]
    ]


def _index(families: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield _BEGINNING
    for family in families:
        page = f"{family['page']}.md"
        yield f"\n## [{family['family']}]({page})\n\n"
        yield "| tool | how to export | formats |\n|---|---|---|\n"
        for tool in family["tools"]:
            known = formats_of(tool)
            read = [each for each in known if each.kind is not Kind.IGNORED]
            links = [f"[{each.name}]({page}#{_anchor(each)})" for each in read]
            links += [f"{len(known) - len(read)} that are counted"] * (len(read) < len(known))
            read_by = ", ".join(links) or "read by the words of their headers"
            yield f"| {tool['tool']} | {tool['export']} | {read_by} |\n"


def _page(family: dict[str, Any]) -> str:
    parts = [_PAGE.format(family=family["family"])]
    for tool in family["tools"]:
        parts.append(f"\n## {tool['tool']}\n\n{tool['export']}\n")
        for known in formats_of(tool):
            parts += _format(known)
    return "".join(parts)


def _anchor(known: TableFormat) -> str:
    return known.name.replace(".", "-")


def _format(known: TableFormat) -> Iterator[str]:
    yield f'\n<a id="{_anchor(known)}"></a>\n### {known.name}\n\n'
    yield " ".join(_sentences(known)) + "\n"
    tagged = {header for prefix in _TAGS for header in tag_columns(prefix)}
    columns = {header: rule for header, rule in known.columns.items() if header not in tagged}
    if len(columns) > _MOST_COLUMNS:
        yield f"\n{len(columns)} headers, put together from words that are data in `reference/`.\n"
    elif columns:
        yield "\n| column | field | |\n|---|---|---|\n"
        for header, rule in sorted(columns.items(), key=_place(columns)):
            field = {UNMAPPED: "kept as it is", IGNORED: "left out"}.get(
                rule.field, f"`{rule.field}`"
            )
            yield f"| {header} | {field} | {_note(rule)} |\n"
    if len(columns) < len(known.columns):
        yield "\nTags that say a field are read, too (`reference/cloud_resources.yaml`).\n"
    yield from _exclusions(known.exclusions)


def _place(columns: dict[str, Rule]) -> Any:
    """Fields as they first stand, and the columns of each in the order in which they give it."""
    first = dict[str, int]()
    for at, (header, rule) in enumerate(columns.items()):
        first.setdefault(_group(header, rule), at)
    return lambda each: (first[_group(*each)], each[1].order)


def _group(header: str, rule: Rule) -> str:
    return header if rule.field in (UNMAPPED, IGNORED) else rule.field


def _sentences(known: TableFormat) -> Iterator[str]:
    grain = OF_KIND.get(known.kind)
    if known.kind is Kind.IGNORED:
        yield str(known.reason)
    elif grain is not None:
        of_type = f" of type `{known.asset_type}`" if known.asset_type else ""
        yield f"Its records are {NOUNS[grain]}{of_type}."
    yield from _told_by(known)
    if known.relation:
        direction = "the target needs the source" if known.turned else "the source needs the target"
        yield f"A record says `{known.relation}` where it has no phrase: {direction}."
    if known.kind in (Kind.RELATIONS, Kind.FLOWS, Kind.SPANS):
        yield f"Its evidence is {known.evidence}."
    if known.directed:
        yield "The source opened the connection."
    if known.local:
        yield "The source is the machine that listed the connection."
    if known.type_patterns:
        yield f"`{known.type_patterns.field}` tells the type by the words that it contains."
    if not known.synonyms and known.kind is not Kind.IGNORED:
        yield "Other columns are kept as they are."


def _told_by(known: TableFormat) -> Iterator[str]:
    if known.name in declarations():
        yield "*Declared.*"
    if known.headers and len(known.headers) <= _MOST_WORDS:
        lists = "; or ".join(
            ", ".join(f"`{name}`" for name in sorted(names)) for names in known.headers
        )
        yield f"Told by the columns {lists}."
    elif known.headers or known.fit:
        yield "Told by its columns and what they hold."
    if known.sheets:
        names = ", ".join(f"`{name}`" for name in sorted(known.sheets))
        yield f"Told by the sheet or part {names}."


def _note(rule: Rule) -> str:
    notes = [f"in {rule.unit}"] if rule.unit else []
    notes += [f"names a `{rule.target_type}`"] if rule.target_type else []
    notes += ["waits for `mapping accept`"] if rule.proposed else []
    codes = [f"`{code}` {word}" for code, word in rule.codes.items()]
    return "; ".join([*notes, *codes])


def _exclusions(exclusions: Sequence[Exclusion]) -> Iterator[str]:
    columns = dict[tuple[str, str], list[str]]()
    for each in exclusions:
        columns.setdefault((each.reason, _held(each)), []).append(each.column)
    if columns:
        yield "\nNot counted are records\n\n"
    for (reason, held), names in columns.items():
        yield f"- whose {_few(names)} {held}: {reason}\n"


def _held(exclusion: Exclusion) -> str:
    if callable(exclusion.words):
        return "says so"
    if exclusion.words == frozenset(reference.load("booleans")["true"]):
        return "says yes"
    return f"is {_few(sorted(exclusion.words))}"


def _few(words: Sequence[str]) -> str:
    shown = ", ".join(f"`{word}`" for word in words[:_MOST_WORDS])
    return f"{shown}, …" if len(words) > _MOST_WORDS else shown


if __name__ == "__main__":
    for path, text in describe().items():
        path.write_text(text, "utf-8")
