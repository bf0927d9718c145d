"""Lists whose columns nothing names, told by addresses and names; tables of hosts of systems."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.intake.reading import read_tables
from discovery_dagster_tests.domain.readers.reading import records_of, table_of


def cells_of(tmp_path: Path, text: str) -> list[tuple[str | None, ...]]:
    table = table_of(tmp_path, text)
    read = [tuple(cells) for _, outcome, _, cells in records_of(table) if outcome == "read"]
    return [table.header, *read]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "  "])
def test_the_first_record_with_an_address_is_no_header(tmp_path: Path, delimiter: str) -> None:
    lines = [("web01", "10.1.0.1", "linux"), ("web02", "10.1.0.2", "linux")]
    text = "\n".join(delimiter.join(line) for line in lines)
    assert cells_of(tmp_path, text) == [("Hostname", "IP Address", "column 3"), *lines]


def test_addresses_of_hardware_and_comments_stand_where_nothing_names_them(tmp_path: Path) -> None:
    text = "# the lab\n10.1.0.1,00:50:56:aa:01:11\n# spare\n10.1.0.2,00:50:56:aa:01:12\n"
    assert cells_of(tmp_path, text)[0] == ("IP Address", "MAC Address")
    assert len(cells_of(tmp_path, text)) == 3


def test_a_sheet_without_a_header_is_read_like_a_text(tmp_path: Path) -> None:
    book = Workbook()
    for row in (("web01", "10.1.0.1"), ("web02", "10.1.0.2"), ("db01", "10.1.0.3")):
        book.active.append(row)
    book.save(tmp_path / "lab.xlsx")
    ((table, _),) = read_tables(tmp_path / "lab.xlsx", "lab.xlsx")[1]
    assert table.header == ("Hostname", "IP Address")
    assert [line for line, *_ in records_of(table)] == [1, 2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "metric,10.1.0.1,10.1.0.2\ncpu,3,4\nmemory,5,6\n",
        "10.1.0.1,10.1.0.2,443\n10.1.0.3,10.1.0.2,443\n",
        "GET,10.1.0.1,200\nGET,10.1.0.1,200\nGET,10.1.0.1,404\n",
    ],
)
def test_addresses_in_a_header_of_hosts_in_pairs_and_in_logs_name_nothing(
    tmp_path: Path, text: str
) -> None:
    try:
        header = table_of(tmp_path, text).header
    except UnreadableFileError:
        return
    assert "IP Address" not in header


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("web01.corp.example\nweb02.corp.example\n", "Hostname"),
        ("10.1.0.1\n10.1.0.2\n", "IP Address"),
        ("Hypervisor\nesx-01\nesx-02\n", "Hypervisor"),
        ("web01\nweb02\ndb01\n", "column 1"),
    ],
)
def test_a_list_of_single_names_is_a_table(tmp_path: Path, text: str, column: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(text)
    ((table, _),) = read_tables(path, path.name)[1]
    assert table.header == (column,)


@pytest.mark.parametrize("text", ["Notes\nhello world\nthis is it\n", "apples\npears\nplums\n"])
def test_a_list_of_words_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(UnreadableFileError):
        read_tables(path, path.name)


HOSTS = """\
127.0.0.1 localhost
::1       localhost ip6-localhost
# The shop
10.1.0.1  web01.corp.example web01 # front, rack 3
2001:db8::2 web02
10.1.0 web03
"""


def test_a_table_of_hosts_gives_names_addresses_aliases_and_remarks(tmp_path: Path) -> None:
    table = table_of(tmp_path, HOSTS.replace("10.1.0 web03\n", ""))
    assert table.header == ("Hostname", "IP Address", "Aliases", "Description")
    assert [(line, outcome, cells) for line, outcome, _, cells in records_of(table)][3:] == [
        (4, "read", ["web01.corp.example", "10.1.0.1", "web01", "front, rack 3"]),
        (5, "read", ["web02", "2001:db8::2", None, None]),
    ]


def test_what_is_no_line_of_hosts_is_rejected_and_the_machine_itself_is_not_counted(
    tmp_path: Path,
) -> None:
    text = HOSTS + "".join(f"10.1.1.{at} db{at}\n" for at in range(1, 9))
    reasons = [reason for _, _, reason, _ in records_of(table_of(tmp_path, text))]
    assert reasons[:3] == ["own_address", "own_address", "comment"]
    assert reasons[5] == "no_line_of_hosts"
