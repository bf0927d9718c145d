"""Real exports give the tables and record counts that are known of them."""

from collections import Counter
from pathlib import Path

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import read_file

_COUNTS = [
    ("konveyor/template_application_import.csv", {"read": 5}),
    ("konveyor/hub_template_application_import.csv", {"read": 5}),
    ("konveyor/mandatory_and_empty_row_21.csv", {"read": 2, "ignored": 1}),
    ("konveyor/invalid_record_type_21.csv", {"read": 2}),
    ("konveyor/sample-applications.csv", {"read": 5}),
    ("aws-cmf/server-list.csv", {"read": 8}),
    ("aws-cmf/test_valid.xlsx", {"read": 1}),
    ("azure-migrate/AzureMigrate_Discovery_Report.scrubbed.xlsx", {"read": 1 + 294}),
    ("azure-migrate/shabbir_dependency-export-sample.csv", {"read": 5}),
    ("cmdb-kit/server.json", {"read": 8}),
    ("cmdb-kit/database.json", {"read": 4}),
    ("cmdb-kit/product.json", {"read": 6}),
    ("cmdb-kit/relationships.json", {"read": 20}),
    ("netbox/netbox-demo-v2.11.filtered.json", {"read": 5072}),
    ("jaeger/dependencies_small.json", {"read": 7}),
    ("otel-vpcflow/valid_vpc_flow_log_multi.log", {"read": 2}),
    ("nezha/2022-08-22_dependency.csv", {"read": 26}),
    ("nezha/hipster_2022-08-23_17_00_trace.csv", {"read": 22969}),
    ("microsecend/ewolff_microservice.json", {"read": 6 + 12 + 1}),
    ("zeek/zat_conn.log", {"read": 360, "ignored": 2}),
    ("iana/service-names-port-numbers.trimmed.csv", {"read": 14447}),
]


@pytest.mark.parametrize(("file", "counts"), _COUNTS)
def test_a_real_file_gives_its_known_records(
    shared_data: Path, file: str, counts: dict[str, int]
) -> None:
    reading = read_file(shared_data / file, file)
    tally = Counter(outcome for table in reading.tables for outcome in table.records["outcome"])
    assert tally == counts


def test_the_rvtools_workbook_has_seventeen_tables(shared_data: Path) -> None:
    reading = read_file(shared_data / "rvtools/rvtools-small-complete.xlsx", "rvtools.xlsx")
    assert len(reading.tables) == len(reading.sheets) == 17
    assert [table.records.height for table in reading.tables[:4]] == [3, 5, 5, 3]


def test_four_bytes_are_no_table(shared_data: Path) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_file(shared_data / "aws-cmf/test_invalid.csv", "test_invalid.csv")
    assert refused.value.code == "not_a_table"
