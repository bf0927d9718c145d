"""What `aws … describe-*` prints: EC2 instances, databases, caches, load balancers, functions.

Source: the AWS CLI command reference (ec2, rds, elasticache, elb, elbv2, lambda, eks, efs, mq). The
`Name` of an instance is a tag. What is listed beside such things (images, groups, subnets, volumes)
is no thing of an estate.
"""

from collections.abc import Mapping

import polars as pl

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.formats.cloud import tag_columns, with_values_inside
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of, product_of
from discovery_dagster.domain.source_tables import SourceTable

_TAGS: Mapping[str, Rule] = {
    "tags name": Rule("name"),
    **tag_columns("tags", "tag list"),
}
_TERMINATED = Exclusion("state name", frozenset({"terminated"}), "The instance was terminated.")

INSTANCES = TableFormat(
    name="aws.instances",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"instance id", "instance type"}),
        frozenset({"instance id", "image id", "private ip address"}),
    ),
    verbatim=frozenset({"InstanceId"}),
    columns={
        **_TAGS,
        "instance id": Rule("provider_id"),
        "instance type": Rule("unmapped"),  # its size
        "private ip address": Rule("ip_addresses"),
        "public ip address": Rule("ip_addresses"),
        "interface addresses": Rule("ip_addresses"),
        "interface mac addresses": Rule("mac_addresses"),
        "private dns name": Rule("aliases"),
        "public dns name": Rule("aliases"),
        "state name": Rule("status"),
        "state": Rule("status", order=1),
        "platform details": Rule("os_name"),
        "platform": Rule("os_name", order=1),
        "placement availability zone": Rule("location"),
        "owner id": Rule("scope"),
        "vcpus": Rule("cpu_cores"),
    },
    asset_type="virtual_machine",
    exclusions=(_TERMINATED,),
)


def _list(
    name: str,
    asset_type: str,
    headers: frozenset[str],
    columns: Mapping[str, str],
) -> TableFormat:
    return TableFormat(
        name=f"aws.{name}",
        kind=Kind.ASSETS,
        headers=(headers,),
        columns={
            **_TAGS,
            "product": Rule("product"),
            **{header: Rule(field) for header, field in columns.items()},
        },
        asset_type=asset_type,
    )


_LISTS = (
    _list(
        "db_instances",
        "database",
        frozenset({"db instance identifier", "engine"}),
        {
            "db instance identifier": "name",
            "db instance arn": "provider_id",
            "db instance status": "status",
            "endpoint address": "fqdn",
            "allocated storage": "storage_gb",
            "availability zone": "location",
            "db cluster identifier": "member_of",
        },
    ),
    _list(
        "db_clusters",
        "database",
        frozenset({"db cluster identifier", "engine", "db cluster arn"}),
        {
            "db cluster identifier": "name",
            "db cluster arn": "provider_id",
            "status": "status",
            "endpoint": "fqdn",
        },
    ),
    _list(
        "cache_clusters",
        "database",
        frozenset({"cache cluster id", "engine"}),
        {
            "cache cluster id": "name",
            "arn": "provider_id",
            "cache cluster status": "status",
            "preferred availability zone": "location",
            "replication group id": "unmapped",
        },
    ),
    _list(
        "load_balancers",
        "load_balancer",
        frozenset({"load balancer name", "dns name"}),
        {
            "load balancer name": "name",
            "load balancer arn": "provider_id",
            "dns name": "fqdn",
            "state code": "status",
            "scheme": "unmapped",
            "type": "unmapped",  # of balancing
        },
    ),
    _list(
        "functions",
        "service",
        frozenset({"function name", "function arn"}),
        {
            "function name": "name",
            "function arn": "provider_id",
            "runtime": "product",
            "state": "status",
            "description": "description",
        },
    ),
    _list(
        "file_systems",
        "storage",
        frozenset({"file system id", "life cycle state"}),
        {
            "name": "name",
            "file system id": "provider_id",
            "life cycle state": "status",
        },
    ),
    _list(
        "brokers",
        "middleware",
        frozenset({"broker name", "broker id"}),
        {
            "broker name": "name",
            "broker arn": "provider_id",
            "broker state": "status",
            "engine type": "product",
        },
    ),
    _list(
        "redshift_clusters",
        "database",
        frozenset({"cluster identifier", "node type", "cluster status"}),
        {
            "cluster identifier": "name",
            "cluster status": "status",
            "endpoint address": "fqdn",
            "availability zone": "location",
        },
    ),
)

_NOT_ASSETS = {
    "images": ("images, from which instances are made", {"image id", "root device type"}),
    "security_groups": ("security groups", {"group id", "group name", "ip permissions"}),
    "subnets": ("subnets", {"subnet id", "cidr block"}),
    "vpcs": ("virtual networks", {"vpc id", "cidr block", "dhcp options id"}),
    "volumes": ("volumes of instances", {"volume id", "size", "volume type"}),
    "snapshots": ("snapshots", {"snapshot id", "volume id"}),
    "network_interfaces": ("network interfaces", {"network interface id", "interface type"}),
    "route_tables": ("route tables", {"route table id"}),
    "addresses": ("addresses", {"allocation id", "public ip"}),
    "key_pairs": ("keys", {"key pair id", "key name"}),
}

FORMATS = (
    INSTANCES,
    *_LISTS,
    *(
        TableFormat(
            name=f"aws.{name}",
            kind=Kind.IGNORED,
            headers=(frozenset(headers),),
            reason=f"It lists {what}; no asset is read from it.",
        )
        for name, (what, headers) in _NOT_ASSETS.items()
    ),
)


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
