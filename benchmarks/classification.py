"""Classifying with the codes of its reasons, against a plain loop over the same rules."""

import random
from datetime import date

import polars as pl

from benchmarks.measure import cost, report
from benchmarks.plain_classification import Plain
from discovery_dagster.domain.classification import classify
from discovery_dagster.domain.tables import INVENTORY_ASSETS

SIZES = (100_000, 1_000_000)
TODAY = date(2026, 1, 1)

#: A large estate: words repeat, names are made of site, application, role, stage and number, one in
#: ten is a name of its own, serial numbers and addresses are never the same. Cells are drawn
#: independently, so that nearly all assets differ in what rules read; elsewhere, a model mostly
#: tells vendor and operating system, and fewer combinations are to be judged.
_SITES = ("fra", "ldn", "nyc", "syd", "muc", "par")
_ROLES = ("web", "app", "db", "srv", "mq", "sw", "fw", "", "cache", "fs", "lb", "dc")
_STAGES = ("p", "t", "prd", "dev", "uat", "", "prod")
_SYSTEMS = (
    ("Microsoft Windows Server 2019 Standard", None), ("Windows Server 2012 R2", None),
    ("Red Hat Enterprise Linux", "8.6"), ("Ubuntu 22.04.3 LTS", None), ("CentOS Linux 7", None),
    ("SUSE Linux Enterprise Server 15 SP4", None), ("AIX", "7.2"), ("VMware ESXi 7.0.3", None),
    ("Oracle Solaris 11.4", None), ("Cisco IOS 15.2", None), (None, None), (None, None),
)  # fmt: skip
_MODELS = (
    ("VMware, Inc.", "VMware Virtual Platform"), ("Dell Inc.", "PowerEdge R740"),
    ("HPE", "ProLiant DL360 Gen10"), ("Cisco", "Catalyst 9300"), ("Fortinet", "FortiGate 600E"),
    ("NetApp", "FAS8300"), ("Microsoft Corporation", "Virtual Machine"), (None, None),
)  # fmt: skip
_TYPES = (("server", "Server"), ("virtual_machine", "VM"), (None, None), (None, None), (None, "CI"))
_PRODUCTS = (None, None, None, "PostgreSQL 14", "Oracle 19c", "Java, Tomcat 9", "SQL Server 2016")
_ENVIRONMENTS = ("Production", "PROD", "Test", "Development", None, None, "Pre-Prod", "Blue")
_CRITICALITIES = ("high", "1 - most critical", "gering", None, None, "7")


def run() -> None:
    """Print the ratio of processor time at each size; both sides give the same codes."""
    for size in SIZES:
        estate = _estate(size)
        rows = estate.select(*_DRAWN, "tier", "memory_gb").to_dicts()  # made before the clock runs
        fast = cost(lambda assets=estate: classify(assets, TODAY))  # type: ignore[misc]
        plain, plain_codes = Plain(TODAY), list[list[str]]()

        def loop(
            plain_codes: list[list[str]] = plain_codes, rows: list[dict[str, object]] = rows
        ) -> None:
            plain_codes[:] = [plain.codes(row) for row in rows]  # noqa: B023

        slow = cost(loop, rounds=1, warm=False)
        codes = classify(estate, TODAY)["rationale"].to_list()
        if plain_codes != codes:
            different = sum(a != b for a, b in zip(plain_codes, codes, strict=True))
            example = next((a, b) for a, b in zip(plain_codes, codes, strict=True) if a != b)
            raise AssertionError(f"{different} of {size} differ, such as {example}")
        report(
            f"classification of {size:,}: plain loop / ours, CPU",
            slow.cpu / fast.cpu,
            ">= 10",
            f"{slow.cpu:.1f} s / {fast.cpu:.2f} s, same codes",
        )


def _estate(size: int) -> pl.DataFrame:
    draw = random.Random(7)  # noqa: S311 - a sample, no secret
    applications = [f"{a}{b}{c}" for a in "bcdfgklmpr" for b in "aeiou" for c in "bdklmnrstx"]
    columns: dict[str, list[object]] = {name: [] for name in _DRAWN}
    for number in range(size):
        named = f"{draw.choice(applications)}{draw.choice(applications)}{number}"
        parts = (draw.choice(_SITES), draw.choice(applications), draw.choice(_ROLES),
                 draw.choice(_STAGES), f"{number % 100:02d}")  # fmt: skip
        declared, text = draw.choice(_TYPES)
        system, version = draw.choice(_SYSTEMS)
        vendor, model = draw.choice(_MODELS)
        virtual = vendor in ("VMware, Inc.", "Microsoft Corporation")
        row = (
            named if number % 10 == 0 else "-".join(filter(None, parts)),
            declared, text, system, version, vendor, model,
            f"SN{number:09d}" if vendor else None,
            f"{number * 2654435761 % 2**64:016x}{number:016x}" if number % 3 == 0 else None,
            [f"{'00:50:56' if virtual else '3c:ec:ef'}:{number >> 16 & 255:02x}:"
             f"{number >> 8 & 255:02x}:{number & 255:02x}"],
            4 if system else None, draw.choice(_PRODUCTS), draw.choice(_ENVIRONMENTS),
            draw.choice(_CRITICALITIES),
        )  # fmt: skip
        for name, value in zip(_DRAWN, row, strict=True):
            columns[name].append(value)
    drawn = pl.DataFrame(
        {name: pl.Series(values, dtype=INVENTORY_ASSETS[name]) for name, values in columns.items()}
    )
    numbered = drawn.with_columns(
        pl.int_range(pl.len()).cast(pl.String).alias("asset_id"),
        pl.lit(False).alias("named_only"),
        pl.lit(1, pl.UInt32).alias("records"),
    )
    missing = [
        pl.lit([] if isinstance(kind, pl.List) else None, dtype=kind).alias(name)
        for name, kind in INVENTORY_ASSETS.items()
        if name not in numbered.columns
    ]
    return numbered.with_columns(missing).select(list(INVENTORY_ASSETS))


_DRAWN = (
    "name", "declared_type", "declared_type_text", "os_name", "os_version", "vendor", "model",
    "serial_number", "provider_id", "mac_addresses", "cpu_cores", "product", "environment",
    "criticality",
)  # fmt: skip
