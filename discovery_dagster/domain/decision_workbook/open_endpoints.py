"""Names and addresses that are no asset, or several, as questions."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.decision_workbook.sheets import Question
from discovery_dagster.domain.decisions.endpoints import EXTERNAL, fold_endpoints
from discovery_dagster.domain.dependencies.unresolved import AMBIGUOUS, UNMATCHED, network
from discovery_dagster.domain.tables import ClassifiedAssets, Edges

_SHOWN: Final = 5  # names that a cell lists
_SUBNET: Final = 3  # addresses of a subnet that only ask, from which on they are one question


def questions_of_endpoints(
    edges: Edges, assets: ClassifiedAssets, decided: Collection[str]
) -> list[Question]:
    """Return a question for each endpoint that may be an asset, that of most assets first.

    Args:
        edges: of the session; asked is of ends that fit several assets, and that fit none.
        assets: of the session.
        decided: endpoints about which somebody has decided, folded.
    """
    ends = [
        edges.filter(pl.col(f"{there}_why").is_in([AMBIGUOUS, UNMATCHED])).select(
            endpoint=pl.col(there),
            candidates=f"{there}_candidates",
            asset=pl.col(here),
            port="port",
            client=pl.lit(there == "source"),
        )
        for here, there in (("source", "target"), ("target", "source"))
    ]
    met = pl.concat(ends).drop_nulls("endpoint")
    met = met.filter(~fold_endpoints(met["endpoint"]).is_in(list(decided)))
    listed = (
        _by_subnets(met)
        .group_by("endpoint")
        .agg(
            pl.col("candidates").drop_nulls().first(),
            pl.col("asset").n_unique().alias("assets"),
            pl.col("asset").unique().sort().head(_SHOWN).alias("names"),
            pl.col("port").drop_nulls().unique().sort().head(_SHOWN).alias("ports"),
            pl.col("address").n_unique().alias("addresses"),
        )
        .sort(["assets", "endpoint"], descending=[True, False])
    )
    names = assets["name"].str.to_lowercase().value_counts(name="number")
    shared = set(names.filter(pl.col("number") > 1)["name"])
    return [_of_endpoint(row, shared) for row in listed.iter_rows(named=True)]


def _by_subnets(met: pl.DataFrame) -> pl.DataFrame:
    """Let many addresses of one subnet that only ask be one endpoint, such as those of offices.

    Args:
        met: `endpoint`, its `candidates`, and whether it is a `client` there.

    Returns:
        `met` with `address`, the endpoint as it was, and as `endpoint` its subnet where it has one.
    """
    asking = met.group_by("endpoint").agg(
        pl.col("client").all(), pl.col("candidates").is_not_null().any().alias("ambiguous")
    )
    alone = asking.filter("client", ~pl.col("ambiguous"))["endpoint"]
    subnets = pl.DataFrame(
        {"endpoint": alone, "subnet": [network(address) for address in alone]},
        schema={"endpoint": pl.String, "subnet": pl.String},
    ).drop_nulls()
    large = subnets.filter(pl.len().over("subnet") >= _SUBNET)
    return (
        met.join(large, on="endpoint", how="left", maintain_order="left")
        .with_columns(address="endpoint", endpoint=pl.coalesce("subnet", "endpoint"))
        .drop("subnet")
    )


def _of_endpoint(row: Mapping[str, Any], shared: Collection[str]) -> Question:
    """Ask what an endpoint is; assets whose name is one of the `shared` are offered by id."""
    candidates = row["candidates"] or []
    names = "; ".join(f"{one['name']} ({one['id']})" for one in candidates)
    offered = [
        one["id"] if one["name"] is None or one["name"].lower() in shared else one["name"]
        for one in candidates
    ]
    return Question(
        {
            "Endpoint": row["endpoint"],
            "Why": _why(names, row["addresses"]),
            "Assets": str(row["assets"]),
            "Ports": ", ".join(map(str, row["ports"])),
            "Seen with": "; ".join(row["names"]),
        },
        (*offered, EXTERNAL),
        weight=row["assets"],
    )


def _why(candidates: str, addresses: int) -> str:
    if candidates:
        return f"several assets have it: {candidates}"
    if addresses > 1:
        return f"no asset has one of these {addresses} addresses, which only ask others"
    return "no asset has it"
