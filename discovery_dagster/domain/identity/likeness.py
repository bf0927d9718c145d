"""Assets that look like one thing but share no identifier: suggestions for a person, never merges.

Among 20,000 numbered host names each of about 35,000 pairs with a Jaro-Winkler similarity of 0.95
was wrong, so likeness is narrow here: all digits are the same, and the letters except for
separators or one of them. What identifiers contradict is not suggested; nor are names that differ
in one letter where that tells stages apart (`P01` and `T01`), or where addresses, environments or
applications do.
"""

from itertools import combinations
from typing import Final

import polars as pl

from discovery_dagster.domain.names.hosts import folded, group
from discovery_dagster.domain.tables import Schema
from discovery_dagster.reference import load

#: One row per pair: what speaks for it in words, and how many kinds of evidence that is.
LIKE_PAIRS: Schema = {
    "asset_id": pl.String(),
    "name": pl.String(),
    "other_id": pl.String(),
    "other_name": pl.String(),
    "why": pl.String(),
    "evidence": pl.UInt32(),
}

_MOST: Final = 4  # things that may share a trait: more share it by habit, not by being one
_LETTERS: Final = 6  # least letters of names that may differ in one
#: A single letter before the number at the end of a name, or between separators: `p` of `web-p01`.
_STAGE: Final = r"(?:[-_]|[a-z])([a-z])\d+$|[-_]([a-z])[-_]"
_COPY: Final = "the name of one is that of the other with the mark of a copy"
_FACTS: Final = (
    "serial_number",
    "asset_tag",
    "smbios_uuid",
    "fqdn",
)  # of which one thing has one only


def suggest(assets: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of assets that a person may want to join, the likeliest first.

    Args:
        assets: `CLASSIFIED_ASSETS`.

    Returns:
        `LIKE_PAIRS`; the first of a pair has the lesser id.
    """
    known = assets.select(
        "asset_id",
        "name",
        "ip_addresses",
        "applications",
        pl.col("environment").replace("unknown", None),
        folded("name").str.extract(r"^([^.]+)").str.extract(_STAGE, 1).alias("stage"),
        *(folded(fact).alias(fact) for fact in _FACTS),
        kind=group("declared_type", "kinds"),  # what a name makes of a thing contradicts nothing
        label=folded("name").str.extract(r"^([^.\s]+)"),
        short=folded("name").str.extract(r"^([^.]+)").str.replace_all(r"[^\p{L}\p{N}]", ""),
    ).with_columns(
        letters=pl.col("short").str.replace_all(r"\d", ""),
        digits=pl.col("short").str.replace_all(r"\D", ""),
    )
    named = _sharing(known, pl.col("short"), "their names are one but for separators or domain")
    nearly = _differing_in_one_letter(known)
    pairs = pl.concat(
        [
            named,
            _one_letter_apart(nearly.join(named, on=["asset_id", "other_id"], how="anti"), known),
            _sharing(
                known.explode("ip_addresses"),
                pl.col("ip_addresses"),
                "both have one address",
            ),
            _sharing(known, pl.col("serial_number"), "both have one serial number"),
            _sharing(known, pl.col("asset_tag"), "both have one asset tag"),
            _cut(known),
            _copied(known),
        ]
    )
    grouped = pairs.group_by("asset_id", "other_id").agg(
        pl.col("why").unique().sort(), pl.col("why").n_unique().alias("evidence")
    )
    possible = _uncontradicted(grouped, known).with_columns(pl.col("why").list.join("; "))
    return possible.sort(
        ["evidence", "name", "other_name", "asset_id", "other_id"],
        descending=[True, False, False, False, False],
    ).select(pl.col(name).cast(kind) for name, kind in LIKE_PAIRS.items())


def _sharing(assets: pl.DataFrame, trait: pl.Expr, why: str) -> pl.DataFrame:
    """Pairs of assets with the same trait: `asset_id, other_id, why`."""
    groups = (
        assets.select("asset_id", trait.alias("trait"))
        .drop_nulls()
        .filter(pl.col("trait") != "")
        .group_by("trait")
        .agg(pl.col("asset_id").unique().sort())
        .filter(pl.col("asset_id").list.len().is_between(2, _MOST))
    )
    pairs = [pair for ids in groups["asset_id"].to_list() for pair in combinations(ids, 2)]
    return (
        pl.DataFrame(pairs, schema={"asset_id": pl.String, "other_id": pl.String}, orient="row")
        .unique()
        .with_columns(why=pl.lit(why))
    )


def _cut(assets: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a name as long as its source allows and the only longer one that begins with it.

    Windows keeps 15 characters of a computer's name for NetBIOS, 20 of an account's for logging on
    (`cut_names` in `reference/identifiers.yaml`).
    """
    names = assets.select("asset_id", "label").drop_nulls()
    parts = []
    for length in load("identifiers")["cut_names"]:
        long = pl.col("label").str.len_chars()
        whole = names.filter(long > length).with_columns(label=pl.col("label").str.head(length))
        only = whole.filter(pl.col("asset_id").n_unique().over("label") == 1)
        pairs = names.filter(long == length).join(only, on="label", suffix="_whole")
        ids = ("asset_id", "asset_id_whole")
        parts.append(
            pairs.select(
                asset_id=pl.min_horizontal(ids),
                other_id=pl.max_horizontal(ids),
                why=pl.lit(f"one name is the other, cut at {length} characters"),
            )
        )
    return pl.concat(parts)


def _copied(assets: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a machine and one of its name with the mark of a copy, such as `db01_replica`.

    What marks a copy is in `reference/virtual_machines.yaml`.
    """
    names = assets.select("asset_id", name=folded("name")).drop_nulls()
    marks = f"(?:{'|'.join(load('virtual_machines')['copies'])})$"
    copies = names.filter(pl.col("name").str.contains(marks))
    copies = copies.with_columns(pl.col("name").str.replace(marks, ""))
    pairs = copies.join(names, on="name", suffix="_whole")
    ids = ("asset_id", "asset_id_whole")
    return pairs.select(
        asset_id=pl.min_horizontal(ids),
        other_id=pl.max_horizontal(ids),
        why=pl.lit(_COPY),
    )


def _differing_in_one_letter(assets: pl.DataFrame) -> pl.DataFrame:
    """Pairs of names with the same digits, where one letter is another one, or is missing."""
    why = "their names differ in one letter"
    long = assets.filter(pl.col("letters").str.len_chars() >= _LETTERS)
    whole = long.select("asset_id", "letters", "digits")
    less = whole.with_columns(at=pl.int_ranges(0, pl.col("letters").str.len_chars())).explode("at")
    less = less.with_columns(
        letters=pl.col("letters").str.slice(0, pl.col("at"))
        + pl.col("letters").str.slice(pl.col("at") + 1)
    )
    another = _sharing(less, pl.concat_str("letters", "digits", "at", separator="|"), why)
    missing = less.drop("at").unique().join(whole, on=["letters", "digits"], suffix="_whole")
    few = missing.filter(pl.len().over("letters", "digits") <= _MOST)
    ids = ("asset_id", "asset_id_whole")
    pairs = few.select(
        asset_id=pl.min_horizontal(ids), other_id=pl.max_horizontal(ids), why=pl.lit(why)
    )
    return pl.concat([another, pairs]).unique()


def _one_letter_apart(pairs: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Leave out pairs that one letter may tell apart, or that something else does."""
    distinguishing = ["stage", "environment", "applications", "ip_addresses"]
    traits = known.select("asset_id", *distinguishing)
    others = traits.rename({name: f"other_{name}" for name in distinguishing})
    both = pairs.join(traits, on="asset_id").join(others, left_on="other_id", right_on="asset_id")
    apart = [
        *(
            (pl.col(name) != pl.col(f"other_{name}")).fill_null(value=False)
            for name in distinguishing[:2]
        ),
        *(
            (pl.col(name).list.len() > 0)
            & (pl.col(f"other_{name}").list.len() > 0)
            & (pl.col(name).list.set_intersection(f"other_{name}").list.len() == 0)
            for name in distinguishing[2:]
        ),
    ]
    return both.filter(~pl.any_horizontal(apart)).select(pairs.columns)


def _uncontradicted(pairs: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Keep pairs of which no fact differs, and whose types may be one thing."""
    traits = known.select("asset_id", "name", "kind", *_FACTS)
    both = pairs.join(traits, on="asset_id").join(
        traits.rename({name: f"other_{name}" for name in traits.columns if name != "asset_id"}),
        left_on="other_id",
        right_on="asset_id",
    )
    apart = {
        fact: (pl.col(fact) != pl.col(f"other_{fact}")).fill_null(False)
        for fact in ("kind", *_FACTS)
    }
    # A copy has firmware of its own.
    own = pl.col("why").list.contains(_COPY)
    contradicted = [
        different & ~own if fact == "smbios_uuid" else different
        for fact, different in apart.items()
    ]
    return both.filter(~pl.any_horizontal(contradicted))
