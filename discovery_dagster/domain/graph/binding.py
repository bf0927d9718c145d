"""Which ties bind: what they join goes together. All others only order.

What is a part of a deployment goes with the deployment. Between two deployments only what needs the
other strongly binds them; what several use binds to none. What strong means is data
(`planning.yaml`, `chatty`).
"""

import polars as pl

from discovery_dagster.reference import load


def with_binding(ties: pl.DataFrame, movable: pl.DataFrame) -> pl.DataFrame:
    """Add `binds` to ties, and leave out what an application says of its other deployments.

    Args:
        ties: with `a`, `b`, `orders`, `relation` and `seen`.
        movable: `node`, `deployment`, `application`, `shared`, `type` and `environment`.
    """
    ends = ["deployment", "application", "shared", "type", "environment"]
    joined = ties
    for side in ("a", "b"):
        own = movable.select(pl.col("node").alias(side), pl.col(ends).name.prefix(f"{side}_"))
        joined = joined.join(own, on=side, how="left", maintain_order="left")
    itself = (pl.col("a_type") == "application") & (
        pl.col("a_application") == pl.col("b_application")
    )
    elsewhere = pl.col("a_deployment") != pl.col("b_deployment")
    kept = joined.filter(~(itself & elsewhere).fill_null(value=False))
    pairs = pl.concat(
        [
            kept.select(node="a", other="b_deployment", shared="a_shared"),
            kept.select(node="b", other="a_deployment", shared="b_shared"),
        ]
    )
    users = pairs.group_by("node").agg(users=pl.col("other").drop_nulls().n_unique())
    for side in ("a", "b"):
        kept = kept.join(
            users.rename({"node": side, "users": f"{side}_users"}),
            on=side,
            how="left",
            maintain_order="left",
        )
    parts = [pl.col(f"{side}_deployment").is_not_null() for side in ("a", "b")]
    shared = pl.col("a_shared") | pl.col("b_shared")
    same = pl.col("a_deployment") == pl.col("b_deployment")
    free = pl.when(parts[0]).then("b_users").otherwise("a_users")  # of the end that is no part
    binds = (
        pl.when(parts[0] & parts[1])
        .then(same | _chatty(kept))
        .when(parts[0] | parts[1])
        .then(~shared & (free == 1))
        .otherwise(pl.lit(value=True))
    )
    return kept.with_columns(binds=binds.fill_null(value=False))


def _chatty(ties: pl.DataFrame) -> pl.Expr:
    """True of ties between deployments that talk far more than others do."""
    rule = load("planning")["chatty"]
    pair = ["a_deployment", "b_deployment"]
    between = ties.filter(pl.col(pair[0]) != pl.col(pair[1]), pl.col("seen") > 0)
    often = between.group_by(pair).agg(pl.col("seen").sum())["seen"]
    if len(often) < rule["pairs"]:
        return pl.lit(value=False)
    least = max(rule["least"], rule["times"] * float(often.median()))  # type: ignore[arg-type]
    alike = pl.col("a_environment") == pl.col("b_environment")
    often_seen: pl.Expr = pl.col("seen").sum().over(pair) >= least
    return alike & often_seen
