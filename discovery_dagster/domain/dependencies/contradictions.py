"""What is odd about edges: evidence that contradicts itself, and sources that only scan.

Nothing is removed for being odd: it is reported, and a scan ties no assets together.
"""

import polars as pl

from discovery_dagster.domain.tables.words import EvidenceKind
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

_ENDS = ["source", "source_id", "target", "target_id"]


def with_conflicts(edges: pl.DataFrame) -> pl.DataFrame:
    """Add `conflict`: a sentence where declarations and connections disagree about the direction.

    One way was declared and only the other was seen; or one source declared the one way, another
    the other, and connections do not bear out both. A source that says both means both.

    Args:
        edges: with `family` and a boolean for each kind of evidence.
    """
    needs = edges.filter(pl.col("family") == "need", pl.col("infrastructure").is_null())
    pairs = needs.group_by(_ENDS).agg(pl.col("declared", "observed").any(), _declaring())
    turned = pairs.rename(
        {"source": "target", "source_id": "target_id", "target": "source", "target_id": "source_id"}
    )
    both = pairs.join(turned, on=_ENDS, nulls_equal=True, suffix="_back")
    apart = pl.col("files").list.set_intersection("files_back").list.len() == 0
    contrary = pl.col("declared") & pl.col("declared_back") & apart
    odd = both.select(
        *_ENDS,
        conflict=pl.when(contrary, ~pl.col("observed"), ~pl.col("observed_back"))
        .then(pl.lit("Declared both ways, by different sources, and no connection was seen."))
        .when(contrary, pl.col("observed") != pl.col("observed_back"))
        .then(
            formatted(
                "Declared both ways, by different sources, but only connections from {} to {} were"
                " seen.",
                pl.when("observed").then("source").otherwise("target"),
                pl.when("observed").then("target").otherwise("source"),
            )
        )
        .when("declared", ~pl.col("observed"), "observed_back", ~pl.col("declared_back"))
        .then(
            formatted(
                "Declared that {} needs {}, but only connections from {} to {} were seen.",
                "source",
                "target",
                "target",
                "source",
            )
        )
        .when("observed", ~pl.col("declared"), "declared_back", ~pl.col("observed_back"))
        .then(
            formatted(
                "Connections from {} to {} were seen, but only that {} needs {} was declared.",
                "source",
                "target",
                "target",
                "source",
            )
        ),
    ).drop_nulls("conflict")
    marked = edges.join(odd, on=_ENDS, how="left", nulls_equal=True, maintain_order="left")
    concerned = (pl.col("family") == "need") & pl.col("infrastructure").is_null()
    return marked.with_columns(pl.when(concerned).then("conflict").alias("conflict"))


def _declaring() -> pl.Expr:
    """The files that declare an edge."""
    piece = pl.element().struct
    declared = pl.when(piece.field("kind") == EvidenceKind.DECLARED).then(piece.field("file"))
    return pl.col("evidence").list.eval(declared).explode().drop_nulls().unique().alias("files")


def with_scans(edges: pl.DataFrame) -> pl.DataFrame:
    """Say `scanning` of what a source that scans touched and nothing else speaks for.

    It touches very many targets or ports of many kinds, most of them once
    (`infrastructure.yaml`, `scanning`).

    Args:
        edges: with a boolean for each kind of evidence.
    """
    rule = load("infrastructure")["scanning"]
    seen = pl.col("evidence").list.eval(pl.element().struct.field("count")).list.sum()
    only_seen = pl.col("observed") & ~pl.col("declared") & ~pl.col("inferred")
    touched = edges.filter(only_seen, pl.col("port").is_not_null())
    sources = touched.group_by("source", "source_id").agg(
        targets=pl.col("target").n_unique(),
        ports=pl.col("port").n_unique(),
        once=(seen <= 2).mean(),
    )
    many = (pl.col("targets") >= rule["targets"]) & (pl.col("ports") >= rule["kinds"])
    scans = sources.filter(
        many | (pl.col("ports") >= rule["ports"]), pl.col("once") >= rule["once"]
    ).select("source", "source_id", pl.lit(True).alias("scans"))
    marked = edges.join(
        scans, on=["source", "source_id"], how="left", nulls_equal=True, maintain_order="left"
    )
    hit = pl.col("scans").fill_null(False) & only_seen & (seen <= 2)
    return marked.with_columns(
        infrastructure=pl.when(hit).then(pl.lit("scanning")).otherwise("infrastructure")
    ).drop("scans")
