"""Which operating system or product a text means, and in which version.

How things are recognised is in `reference/operating_systems.yaml` and `reference/products.yaml`;
how long a version is supported is in `lifecycle`.
"""

from typing import Any, Final

import polars as pl

from discovery_dagster.reference import load

_NUMBER: Final = r"(\d+(?:\.\d+)*)"
_TEXT: Final = pl.String()

#: What is said of a recognised text.
RECOGNISED: Final = ("rule", "label", "family", "product", "version", "type", "kind")

_GIVEN: Final = ("text", "version_text")

#: What each text meant, by the rules by which it was read: an estate has few systems, and every
#: table, step and session asks for the same ones, some 10 ms each time for 200 expressions.
_recognised: Final[dict[str, pl.DataFrame]] = {}
_MOST_KEPT: Final = 2_000

#: The kind of what is no product of `products.yaml`.
OPERATING_SYSTEM: Final = "operating_system"


def recognise(texts: pl.DataFrame) -> pl.DataFrame:
    """Say which operating system each text means.

    Args:
        texts: `text` and `version_text`, either may be null.

    Returns:
        The same rows in the same order with `RECOGNISED`: `rule` is the id of the one that matched
        (null when none did), `label` the clean name, `version` null where it is not certain, `type`
        the type of what runs such a system, `kind` what it is.
    """
    return _recognise(texts, "systems", load("operating_systems")["systems"])


def _recognise(texts: pl.DataFrame, kept: str, systems: list[dict[str, Any]]) -> pl.DataFrame:
    distinct = texts.select(_GIVEN).unique()
    known = _recognised.get(kept)
    if known is not None:
        distinct = distinct.join(known, on=_GIVEN, how="anti", nulls_equal=True)
    if known is None or distinct.height:
        new = _read(distinct, systems)
        known = new if known is None else pl.concat([known, new])
        if known.height <= _MOST_KEPT:
            _recognised[kept] = known
    return texts.join(known, on=_GIVEN, how="left", nulls_equal=True, maintain_order="left")


def _read(distinct: pl.DataFrame, systems: list[dict[str, Any]]) -> pl.DataFrame:
    spelled = distinct.with_columns(
        name=_spelled("text"), given=_spelled("version_text"), whole=pl.lit(None, pl.String)
    ).with_columns(whole=pl.concat_str("name", "given", separator=" ", ignore_nulls=True))
    matched = spelled.with_columns(rule=_first(systems, pl.col("whole")))
    recognised = _with_versions(matched, systems).with_columns(
        label=_property(systems, "name"),
        family=_property(systems, "family"),
        product=_property(systems, "product"),
        type=_property(systems, "type"),
        kind=pl.coalesce(_property(systems, "kind"), _property(systems, "type")),
    )
    versioned = [system["id"] for system in systems if system.get("versioned")]
    recognised = recognised.with_columns(
        label=pl.when(pl.col("rule").is_in(versioned), pl.col("version").is_not_null())
        .then(pl.concat_str("label", "version", separator=" "))
        .otherwise("label")
    )
    return recognised.select(*_GIVEN, *RECOGNISED)


def recognise_products(cells: pl.Series, versions: pl.Series) -> pl.DataFrame:
    """Say which products each cell names; several in one cell are a stack.

    Args:
        cells: products as written.
        versions: the version given apart, read where a cell names one product alone.

    Returns:
        One row per part of a cell that is recognised: `at` (the number of the cell), `alone` and
        `RECOGNISED`, in the order of cells and parts.
    """
    separators = load("products")["separators"]
    parts = (
        cells.str.replace_all(separators, "\n")
        .str.split("\n")
        .to_frame("text")
        .with_row_index("at")
        .with_columns(alone=pl.col("text").list.len() == 1, version_text=versions)
        .explode("text")
        .with_columns(pl.when("alone").then("version_text").alias("version_text"))
    )
    recognised = _recognise(parts.select(_GIVEN), "products", load("products")["systems"])
    products = pl.concat(
        [parts.select("at", "alone"), recognised.select(RECOGNISED)], how="horizontal"
    )
    return products.filter(pl.col("rule").is_not_null())


def _spelled(column: str) -> pl.Expr:
    text = pl.col(column)
    for pattern, replacement in load("operating_systems")["spellings"]:
        text = text.str.replace_all(pattern, replacement)
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


def _first(systems: list[dict[str, Any]], text: pl.Expr) -> pl.Expr:
    return pl.coalesce(
        pl.when(text.str.contains(f"(?i){system['pattern']}")).then(pl.lit(system["id"]))
        for system in systems
    )


def _property(systems: list[dict[str, Any]], name: str) -> pl.Expr:
    values = {system["id"]: system.get(name) for system in systems}
    return pl.col("rule").replace_strict(values, default=None, return_dtype=pl.String)


def _with_versions(matched: pl.DataFrame, systems: list[dict[str, Any]]) -> pl.DataFrame:
    """Add `version`, read as each system's own is written; a system is looked for in its rows."""
    known = {system["id"]: system for system in systems}
    parts = [
        part.with_columns(version=_version(known[rule]) if rule in known else pl.lit(None, _TEXT))
        for (rule,), part in matched.partition_by("rule", as_dict=True).items()
    ]
    return pl.concat([matched.clear().with_columns(version=pl.lit(None, _TEXT)), *parts])


def _version(system: dict[str, Any]) -> pl.Expr:
    """The version given apart where it refines the one in the name, else the one in the name."""
    vague = load("operating_systems")["vague"]
    number = system.get("version")
    after = number or f"(?:{system['pattern']}).*?{_NUMBER}"
    clear = {column: ~pl.col(column).str.contains(vague) for column in ("name", "given")}
    in_name = pl.when(clear["name"]).then(_extract("name", after))
    given = pl.when(clear["given"]).then(_extract("given", number or _NUMBER))
    refines = (given == in_name) | given.str.starts_with(in_name + ".")
    return pl.coalesce(pl.when(refines).then(given), in_name, given)


def _extract(column: str, pattern: str) -> pl.Expr:
    # Group 1 is the version: the patterns of names have no groups that capture.
    return pl.col(column).str.extract(f"(?i){pattern}", 1)
