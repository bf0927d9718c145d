"""Which operating system or product a text means, and in which version.

How things are recognised is in `reference/operating_systems.yaml` and `reference/products.yaml`;
how long a version is supported is in `lifecycle`.
"""

from typing import Any, Final

import polars as pl

from discovery_dagster.reference import load

_NUMBER: Final = r"(\d+(?:\.\d+)*)"

#: What is said of a recognised text.
RECOGNISED: Final = ("rule", "label", "family", "product", "version", "kind")


def recognise(texts: pl.DataFrame, catalogue: str) -> pl.DataFrame:
    """Say what each text means.

    Args:
        texts: `text` and `version_text`, either may be null.
        catalogue: name of the reference file with the systems that are known.

    Returns:
        The same rows in the same order with `RECOGNISED`: `rule` is the id of the one that matched
        (null when none did), `label` the clean name, `version` null where it is not certain, `kind`
        what runs such a system.
    """
    systems = load(catalogue)["systems"]
    distinct = texts.select("text", "version_text").unique()
    spelled = distinct.with_columns(
        name=_spelled("text"), given=_spelled("version_text"), whole=pl.lit(None, pl.String)
    ).with_columns(whole=pl.concat_str("name", "given", separator=" ", ignore_nulls=True))
    matched = spelled.with_columns(rule=_first(systems, pl.col("whole")))
    found = matched.with_columns(version=_version(systems)).with_columns(
        label=_property(systems, "name"),
        family=_property(systems, "family"),
        product=_property(systems, "product"),
        kind=_property(systems, "type"),
    )
    versioned = [system["id"] for system in systems if system.get("versioned")]
    found = found.with_columns(
        label=pl.when(pl.col("rule").is_in(versioned), pl.col("version").is_not_null())
        .then(pl.concat_str("label", "version", separator=" "))
        .otherwise("label")
    )
    return texts.join(
        found.select("text", "version_text", *RECOGNISED),
        on=["text", "version_text"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )


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


def _version(systems: list[dict[str, Any]]) -> pl.Expr:
    """The version given apart where it refines the one in the name, else the one in the name."""
    vague = load("operating_systems")["vague"]
    clear = [pl.when(~pl.col(column).str.contains(vague)) for column in ("name", "given")]
    in_name, given = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for system in systems:
        number = system.get("version")
        after = number or f"(?:{system['pattern']}).*?{_NUMBER}"
        here = pl.when(pl.col("rule") == system["id"])
        in_name = here.then(clear[0].then(_extract("name", after))).otherwise(in_name)
        given = here.then(clear[1].then(_extract("given", number or _NUMBER))).otherwise(given)
    refines = (given == in_name) | given.str.starts_with(in_name + ".")
    return pl.coalesce(pl.when(refines).then(given), in_name, given)


def _extract(column: str, pattern: str) -> pl.Expr:
    # Group 1 is the version: the patterns of names have no groups that capture.
    return pl.col(column).str.extract(f"(?i){pattern}", 1)
