"""Reading each distinct cell once gives what reading the cells of each asset gives."""

import subprocess
import sys
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.plain_classification import Plain
from discovery_dagster.domain.classification import classify
from discovery_dagster.domain.classification.rules import rules
from discovery_dagster_tests.domain.rows import inventory_assets
from discovery_dagster_tests.searching import examples

TODAY = date(2026, 9, 1)

PARTS = ["web", "db", "prd", "pre", "prod", "cartservice", "kafka", "redis", "sw", "01", "7",
         "2024", "x", "srv", "portland", "fw", "ui", "node"]  # fmt: skip
names = st.builds(
    lambda parts, separator, tail: separator.join(parts) + tail,
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4),
    st.sampled_from(["-", "", " ", "_"]),
    st.sampled_from(["", ".acme.example", "01", "123", "-DB-007"]),
)


def maybe(*values: object) -> st.SearchStrategy:
    return st.sampled_from([None, *values])


assets = st.fixed_dictionaries(
    {
        "name": names,
        "declared_type": maybe("server", "service", "middleware"),
        "declared_type_text": maybe("Server", "Physical Server", "infrastructural", "Core Switch"),
        "os_name": maybe("Ubuntu 22.04", "AIX", "Plan 9"),
        "os_version": maybe("7.2", "22.04"),
        "vendor": maybe("VMware, Inc.", "Cisco"),
        "model": maybe("Catalyst 9300", "m5.large"),
        "serial_number": maybe("VMware-42", "CZ1", "CZ2"),
        "provider_id": maybe("i-0123456789abcdef0", "i-0123456789abcdef1", "abc"),
        "mac_addresses": st.lists(
            st.sampled_from(["00:50:56:00:00:01", "00:50:56:00:00:02", "3c:ec:ef:00:00:01"]),
            max_size=2,
        ),
        "cpu_cores": maybe(4),
        "environment": maybe("PROD", "Pre-Production", "Blue"),
        "criticality": maybe("hoch", "7"),
        "tier": maybe("Frontend"),
        "product": maybe("PostgreSQL 16", "PHP 7.4, MySQL", "Kong, nginx", "Oracle 19c"),
    }
)


@settings(max_examples=examples(20))
@given(st.lists(assets, min_size=1, max_size=60))
def test_a_plain_loop_over_assets_and_rules_gives_the_same_reasons(rows):
    inventory = inventory_assets(*({"asset_id": str(at), **row} for at, row in enumerate(rows)))
    plain = Plain(TODAY)
    codes = [plain.codes(asset) for asset in inventory.iter_rows(named=True)]
    assert classify(inventory, TODAY)["rationale"].to_list() == codes


@settings(max_examples=10)
@given(st.lists(assets, min_size=1, max_size=6))
def test_an_asset_is_judged_alike_by_itself_and_among_others(rows):
    inventory = inventory_assets(*({"asset_id": str(at), **row} for at, row in enumerate(rows)))
    alone = pl.concat(classify(one, TODAY) for one in inventory.iter_slices(1))
    assert classify(inventory, TODAY).equals(alone)


def test_no_rule_tells_numbers_of_several_digits_apart():
    tokens = {token for rule in rules().values() for token in rule.tokens}
    assert not [token for token in tokens if token.isdigit() and len(token) > 1]


def test_lists_of_texts_are_made_without_pandas():
    code = (
        "import sys, polars as pl;"
        "from discovery_dagster.domain.classification.distinct import Distinct, listed;"
        "assert listed([Distinct.among(pl.DataFrame({'text': ['a', None]}))]).len() == 2;"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
