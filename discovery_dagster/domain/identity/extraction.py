"""What identifies a record: its identifiers, and the facts that can contradict a merge.

Nothing here compares records with each other, except for the kind that an untyped name takes from
the only typed thing of that name.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.identity import hardware
from discovery_dagster.domain.names.hosts import borrowed_name, folded, group, with_host_names
from discovery_dagster.domain.tables import AssetRecords, RelationRecords
from discovery_dagster.domain.tables.words import Relation
from discovery_dagster.reference import load

_ADDRESS: Final = r"^[0-9a-f]*[.:][0-9a-f.:]+$"

#: What rows of one thing have in common, beside what identifies it.
_AS_WRITTEN: Final = (
    "vendor", "model", "os_name", "os_version", "cpu_cores", "memory_gb", "storage_gb",
    "environment", "criticality", "business_owner", "technical_owner", "product",
)  # fmt: skip

#: Facts that one thing has only one of; things that differ in one are not joined by a name.
FACTS = ("fqdn", "directory", "smbios", "serial", "instance", "short", "placement")


def describe(assets: AssetRecords, relations: RelationRecords) -> pl.DataFrame:
    """Say what each record is called and made of, as it is compared.

    Args:
        assets: rows in `ASSET_RECORDS`.
        relations: rows in `RELATION_RECORDS`; a record's own tells where it runs.

    Returns:
        One row per record: `record`, `file`, `format`, `declared_type`, `kind`, `called`, `title`,
        `provider_id`, `addresses`, `unbranded`, `macs`, the `FACTS`, and what `contradictions`
        looks at: `sheet`, `origin`, `tag`, and the attributes that rows of one thing share.
    """
    rules = load("identifiers")
    own = _without_borrowed_names(
        with_host_names(assets, "declared_type").with_columns(folded("name").alias("title"))
    )
    address = pl.col("title").str.contains(_ADDRESS)
    general = pl.col("host_short").is_in(load("placeholders")["default_hosts"])
    named = ~address.fill_null(value=False) & ~general.fill_null(value=False)
    own_name = ~borrowed_name().fill_null(value=False)
    described = own.with_columns(
        title=pl.when(named).then("title"),
        short=pl.when(named, own_name).then("host_short"),
        called=pl.when(named, own_name).then(pl.coalesce("host_short", "title")),
        placement=_placement(own, relations, rules["instances"]),
        placed=~pl.col("declared_type").is_in(rules["placeless"]).fill_null(value=False),
        hardware=group("declared_type", "kinds").is_null()
        | pl.col("declared_type").is_in(rules["named_by_host"]),
    ).select(
        "record",
        "file",
        "sheet",
        "format",
        "declared_type",
        "called",
        "title",
        "placement",
        "placed",
        *_AS_WRITTEN,
        provider_id=folded("provider_id"),
        instance=folded("provider_id").str.extract(rules["instance_ids"]),
        addresses="ip_addresses",
        location=folded("location"),
        scope=folded("scope"),
        origin=pl.when(pl.col("format").str.starts_with("generic"))
        .then("file")
        .otherwise(pl.col("format").str.split(".").list.first()),
        nameless=_only_address(),
        fqdn="host_fqdn",
        short="short",
        directory=pl.coalesce(
            pl.col("host_fqdn").str.split(".").list.get(1, null_on_oob=True),
            pl.col("host_domain").str.split(".").list.first(),
        ),
        smbios=pl.when("hardware").then(hardware.smbios()),
        unbranded=pl.when("hardware").then(hardware.serial()),
        derived=hardware.derived_serial(),
        tag=hardware.tag(),
        brand=hardware.vendor(),
        macs=pl.when("hardware").then(hardware.macs()),
        kind=pl.coalesce(
            group("declared_type", "kinds"),
            pl.when(pl.col("host_short").is_not_null()).then(pl.lit("host")),
        ),
        typed=group("declared_type", "kinds").is_not_null(),
    )
    return _with_adopted_kinds(described).with_columns(
        serial=pl.concat_str("brand", "unbranded", separator="|")
    )


def identifiers(described: pl.DataFrame) -> pl.DataFrame:
    """Return the identifiers of each record: `record, identifier, strength, form`.

    `form` is the part of the identifier before the colon; `strengths` in
    `reference/identifiers.yaml` has their meanings. An IP address is none of them.

    Args:
        described: as `describe` returns.
    """
    rules = load("identifiers")
    tool = pl.col("format").replace_strict(rules["tools"], default=None, return_dtype=pl.String)
    within = pl.concat_str(
        pl.coalesce(tool, "format"),
        pl.when(tool.is_null()).then("declared_type").fill_null(""),
        "provider_id",
        separator="|",
    )
    everywhere = pl.when(pl.col("provider_id").str.contains(rules["global_provider_ids"]))
    titled = pl.when(
        pl.col("title").ne_missing(pl.col("called")), pl.col("title").ne_missing(pl.col("fqdn"))
    )
    kind = pl.col("kind").fill_null("")
    single = {
        "serial": pl.col("serial"),
        "smbios": pl.col("smbios"),
        "provider": everywhere.then("provider_id").otherwise(within),
        "fqdn": pl.col("fqdn"),
        "directory": pl.when(pl.col("fqdn").is_null()).then(_joined("short", "directory")),
        "instance": _joined("kind", "title", "placement"),
        "tag": pl.col("tag"),
        "unbranded": pl.col("unbranded"),
        "scoped": _joined("kind", "called", "scope"),
        "name": pl.concat_str(kind, "called", separator="|"),
        "title": titled.then(pl.concat_str(kind, "title", separator="|")),
        "address": _joined("file", "nameless"),
    }
    forms = [
        described.select("record", form=pl.lit(form), text=text) for form, text in single.items()
    ]
    macs = described.select("record", form=pl.lit("mac"), text="macs").explode("text")
    # A title and a host name are one name: what one source shows, another one resolves.
    prefix = pl.col("form").replace("title", "name")
    return (
        pl.concat([*forms, macs])
        .drop_nulls("text")
        .select(
            "record",
            pl.concat_str(prefix, "text", separator=":").alias("identifier"),
            pl.col("form")
            .replace_strict(rules["strengths"], return_dtype=pl.Int32)
            .alias("strength"),
            "form",
        )
    )


def _only_address() -> pl.Expr:
    """The address of a record that has no name but that one."""
    only = pl.col("ip_addresses").list.len() == 1
    address = pl.col("ip_addresses").list.first()
    return pl.when(only, address == pl.col("name")).then(address)


def _joined(*columns: str) -> pl.Expr:
    return pl.concat_str(*columns, separator="|")


def _without_borrowed_names(own: pl.DataFrame) -> pl.DataFrame:
    """Take a host name from records of one file that share it under different names.

    Guests that were cloned still tell the name of their template; a person copied a line. Only the
    record that is itself called so keeps it.
    """
    label = pl.col("title").str.extract(r"^([a-z0-9_-]+)(?:\.[a-z0-9_.-]+)?$")
    name = pl.coalesce(label, "title")
    host = ["file", "host_short", "host_fqdn"]
    borrowed = (
        pl.col("host_short").is_not_null()
        & (name.min().over(host) != name.max().over(host))
        & (name != pl.col("host_short"))
    )
    return own.with_columns(
        host_short=pl.when(borrowed).then(label).otherwise("host_short"),
        host_fqdn=pl.when(~borrowed).then("host_fqdn"),
        host_domain=pl.when(~borrowed).then("host_domain"),
    )


def _with_adopted_kinds(described: pl.DataFrame) -> pl.DataFrame:
    """Give untyped records the kind of the typed ones of their name, when there is only one.

    Where no typed one has the name, an untyped one that is surely a host gives it.
    """
    donors = described.with_columns(stated=pl.when("typed").then("kind"))
    adopted = donors.group_by("called").agg(
        stated=_single(pl.col("stated")), evident=_single(pl.col("kind"))
    )
    own = pl.when("typed").then("kind")
    kind = pl.coalesce(own, "stated", "kind", "evident")
    joined = described.join(adopted, on="called", how="left", maintain_order="left")
    return joined.with_columns(kind=kind).drop("stated", "evident", "typed")


def _single(column: pl.Expr) -> pl.Expr:
    values = column.drop_nulls()
    return pl.when(values.n_unique() == 1).then(values.first())


def _placement(assets: pl.DataFrame, relations: RelationRecords, types: list[str]) -> pl.Expr:
    """The host of a thing of which each host may have one: by its record, or its host name."""
    stated = (
        relations.filter(pl.col("relation") == Relation.RUNS_ON)
        .group_by(record="source_record")
        .agg(folded("target").min())
    )
    hosts = assets.select("record").join(stated, on="record", how="left", maintain_order="left")
    host = pl.coalesce(pl.lit(hosts["target"]), folded("fqdn"), folded("hostname"))
    return pl.when(pl.col("declared_type").is_in(types)).then(host)
