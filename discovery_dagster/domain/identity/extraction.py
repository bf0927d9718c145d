"""What identifies a record: its identifiers, and the facts that can contradict a merge.

Nothing here compares records with each other, but for the kind that an untyped name takes from the
only typed thing of that name.
"""

import polars as pl

from discovery_dagster.domain.host_names import folded, group, with_host_names
from discovery_dagster.domain.identity import hardware
from discovery_dagster.reference import load

#: Facts that one thing has only one of; things that differ in one are not joined by a name.
FACTS = ("fqdn", "directory", "smbios", "serial", "instance", "short", "placement")


def describe(assets: pl.DataFrame, relations: pl.DataFrame) -> pl.DataFrame:
    """Say what each record is called and made of, as it is compared.

    Args:
        assets: rows in `ASSET_RECORDS`.
        relations: rows in `RELATION_RECORDS`; one of a record's own line tells where it runs.

    Returns:
        One row a record: `record`, `file`, `format`, `declared_type`, `kind`, `called`, `title`,
        `provider_id`, `addresses`, `unbranded`, `macs` and the `FACTS`.
    """
    rules = load("identifiers")
    own = _without_borrowed_names(
        with_host_names(assets, "declared_type").with_columns(folded("name").alias("title"))
    )
    title = pl.when(~pl.col("title").str.contains(r"^[0-9a-f]*[.:][0-9a-f.:]+$")).then("title")
    described = own.with_columns(
        title=title,
        called=pl.coalesce("host_short", title),
        placement=_placement(own, relations, rules["instances"]),
        hardware=group("declared_type", "kinds").is_null()
        | pl.col("declared_type").is_in(rules["named_by_host"]),
    ).select(
        "record",
        "file",
        "format",
        "declared_type",
        "called",
        "title",
        "placement",
        provider_id=folded("provider_id"),
        instance=folded("provider_id").str.extract(rules["instance_ids"]),
        addresses="ip_addresses",
        fqdn="host_fqdn",
        short="host_short",
        directory=pl.coalesce(
            pl.col("host_fqdn").str.split(".").list.get(1, null_on_oob=True),
            pl.col("host_domain").str.split(".").list.first(),
        ),
        smbios=pl.when("hardware").then(hardware.smbios()),
        unbranded=pl.when("hardware").then(hardware.serial()),
        vendor=hardware.vendor(),
        macs=pl.when("hardware").then(hardware.macs()),
        kind=pl.coalesce(
            group("declared_type", "kinds"),
            pl.when(pl.col("host_short").is_not_null()).then(pl.lit("host")),
        ),
        typed=group("declared_type", "kinds").is_not_null(),
    )
    return _with_adopted_kinds(described).with_columns(
        serial=pl.concat_str("vendor", "unbranded", separator="|")
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
        "unbranded": pl.col("unbranded"),
        "name": pl.concat_str(kind, "called", separator="|"),
        "title": titled.then(pl.concat_str(kind, "title", separator="|")),
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
    """Give untyped records the kind of the typed ones of their name, when there is but one.

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


def _placement(assets: pl.DataFrame, relations: pl.DataFrame, types: list[str]) -> pl.Expr:
    """The host of a thing of which each host may have one: by its own line, or its host name."""
    line = ["file", "sheet", "line", "title"]
    stated = (
        relations.filter(pl.col("relation") == "runs_on")
        .with_columns(title=folded("source"), target=folded("target"))
        .group_by(line)
        .agg(pl.col("target").min())
    )
    titled = assets.select("file", "sheet", "line", title=folded("name"))
    hosts = titled.join(stated, on=line, how="left", nulls_equal=True, maintain_order="left")
    host = pl.coalesce(pl.lit(hosts["target"]), folded("fqdn"), folded("hostname"))
    return pl.when(pl.col("declared_type").is_in(types)).then(host)
