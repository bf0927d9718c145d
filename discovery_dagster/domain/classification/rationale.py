"""The reasons of a classification in sentences: which rule decided, and what its cell contained.

Steps keep codes (`CLASSIFIED_ASSETS`), which are worded here when someone reads them; the sentences
are in `reference/rationale.yaml`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.classification.rules import rules
from discovery_dagster.domain.classification.tokens import first_token_in, words
from discovery_dagster.domain.classification.vocabulary import PARTED
from discovery_dagster.domain.values.software import OPERATING_SYSTEM
from discovery_dagster.reference import load

#: What the fields that rules read are called, where that is not the name of a column.
_FIELDS: Final = {"os": "os_name", "words": "name", "products": "product", "ending": "name"}


def sentences(asset: Mapping[str, Any]) -> list[str]:
    """Word the rationale of an asset.

    Args:
        asset: a row in `CLASSIFIED_ASSETS`, or of the table `discovery.asset`.

    Returns:
        One sentence a code, in their order. What is no code, but words already, stays as it is.
    """
    return [_word(code, asset) if " " not in code else code for code in asset["rationale"] or []]


def _word(code: str, asset: Mapping[str, Any]) -> str:
    name, *arguments = code.split("/")
    template: str | None = load("rationale").get(name)
    return template.format_map(_Words(asset, name, arguments)) if template else code


class _Words(Mapping[str, str]):
    """What stands in the place of the words in braces."""

    def __init__(self, asset: Mapping[str, Any], name: str, arguments: Sequence[str]) -> None:
        self._asset, self._code = asset, name
        self._arguments = dict(zip(("first", "second"), arguments, strict=False))

    def __getitem__(self, word: str) -> str:
        value = self._arguments.get(word)
        if value is None:
            value = getattr(self, f"_{word}")() if hasattr(self, f"_{word}") else self._asset[word]
        return str(value) if value is not None else "unknown"

    def __iter__(self) -> Iterator[str]:
        raise TypeError("The words are made when they are asked for.")

    def __len__(self) -> int:
        raise TypeError("The words are made when they are asked for.")

    def _rule_field(self) -> str:
        field = rules()[self._rule()].field
        return _FIELDS.get(field, field)

    def _rule_cell(self) -> str:
        match self._rule_field():
            case "os_name":
                cell: Any = self._asset["os_name_text"]
            case "hardware":
                cell = " ".join(filter(None, (self._asset["vendor"], self._asset["model"])))
            case field:
                cell = self._asset[field]
        return ", ".join(cell) if isinstance(cell, list) else str(cell)

    def _rule(self) -> str:
        return self._arguments["second" if self._code == "type:corrected" else "first"]

    def _declared(self) -> str:
        return str(self._asset["declared_type_text"] or self._asset["declared_type"])

    def _host_facts(self) -> str:
        given = (field for field in load("classification")["host_fields"] if self._given(field))
        return " and ".join(given)

    def _missing(self) -> str:
        telling = load("classification")["telling_fields"]
        lacking = [word for field, word in telling.items() if not self._given(field)]
        return f"; missing: {', '.join(lacking)}" if lacking else ""

    def _given(self, field: str) -> bool:
        return self._asset[f"{field}_text" if field == "os_name" else field] not in (None, [])

    def _virtual_word(self) -> str:
        return "Virtual" if self._asset["virtual"] else "Physical"

    def _token(self) -> str | None:
        """The word of the name that tells the environment or the tier."""
        field = self._code.partition(":")[0]
        return _matching_word(self._asset["name"], field, self._asset[field])

    def _system(self) -> str:
        return _title(self._asset["os_name"], self._asset["os_version"])

    def _end(self) -> str:
        return self._asset["eol_date"] or "without a date"

    def _ending(self) -> str:
        software = self._ends_with()
        return _title(software["name"], software["version"])

    def _ending_source(self) -> str:
        return str(self._ends_with()["source"])

    def _ends_with(self) -> Mapping[str, Any]:
        of_system = self._arguments["first"] == "system"
        return next(
            entry
            for entry in self._asset["software"]
            if (entry["kind"] == OPERATING_SYSTEM) == of_system
        )


def _title(name: str | None, version: str | None) -> str:
    """Name and version; some names carry their version already."""
    if not version or (name or "").endswith(version):
        return name or "unknown"
    return f"{name} {version}"


@lru_cache(maxsize=10_000)  # pages show the same assets again, and the words are found by Polars
def _matching_word(name: str, field: str, value: str) -> str | None:
    name_words = pl.DataFrame({"name": [name]}).select(words("name")).item()
    if field == "tier":
        return first_token_in(name_words, load("classification")["tiers"]["name"][value])
    joined = pl.select(pl.lit(name_words).str.replace_all(PARTED, " ${1}prod ")).item()
    return first_token_in(joined, load("environments")[value]["name"])
