"""What `aws … describe-*` prints: EC2 instances, databases, caches, load balancers, functions.

Source: the AWS CLI command reference (ec2, rds, elasticache, elb, elbv2, lambda, eks, efs, mq). The
`Name` of an instance is a tag. What is listed beside such things (images, groups, subnets, volumes)
is no thing of an estate.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.cloud import with_values_inside
from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of, product_of
from discovery_dagster.domain.source_tables import SourceTable

INSTANCES: Final = declared("aws.instances")


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Add what instances say inside lists, their processors, and engines with their versions."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    if {"Engine", "EngineVersion"} <= set(table.header):
        pair = pl.DataFrame([cells_of(table, "Engine"), cells_of(table, "EngineVersion")])
        product = pair.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True))
        return add_columns(table, {"product": product.to_series()})
    if not INSTANCES.specificity(table):
        return table
    inside = with_values_inside(
        table,
        {
            "interface addresses": (("NetworkInterfaces",), {"PrivateIpAddress"}),
            "interface mac addresses": (("NetworkInterfaces",), {"MacAddress"}),
        },
    )
    processors = product_of(inside, "cpu options core count", "cpu options threads per core")
    added: dict[str, pl.Series] = {} if processors is None else {"vcpus": processors}
    return add_columns(inside, added)
