"""Delimited text: what becomes of each physical line."""

from pathlib import Path

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of


def test_a_clean_file_is_read_with_its_lines(tmp_path: Path) -> None:
    table = table_of(tmp_path, "name,ip\nweb,10.0.0.1\ndb,\n")
    assert (table.file, table.sheet, table.header, table.header_line) == (
        "export.csv",
        None,
        ("name", "ip"),
        1,
    )
    assert records_of(table) == [
        (2, "read", None, ["web", "10.0.0.1"]),
        (3, "read", None, ["db", None]),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [["name", "cost", "tags"], ["web", "1.5", "a=1"], ["db", "2.5", "b=2"]]
    reading = reading_of(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert reading.delimiter == delimiter
    assert reading.tables[0].header == ("name", "cost", "tags")


def test_decimal_commas_are_no_delimiters(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "name;cpu;memory\nweb;1,5;2,5\ndb;0,5;4,25\n")
    assert reading.delimiter == ";"


def test_commas_in_descriptions_are_no_delimiters(tmp_path: Path) -> None:
    content = "name;use\nweb;shop, api, search, more\ndb;orders, stock, prices, more\n"
    assert reading_of(tmp_path, content).delimiter == ";"


def test_the_delimiter_that_excel_states_is_taken(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "sep=;\nname;a,b\nweb;1,2\n")
    assert reading.delimiter == ";"
    assert reading.tables[0].header_line == 2


def test_a_flow_log_is_separated_by_spaces_and_keeps_its_dashes(tmp_path: Path) -> None:
    content = "version srcaddr dstaddr log-status\n2 10.0.0.1  10.0.0.2 OK\n2 - - NODATA\n\n"
    reading = reading_of(tmp_path, content)
    assert reading.delimiter == " "
    assert records_of(reading.tables[0]) == [
        (2, "read", None, ["2", "10.0.0.1", "10.0.0.2", "OK"]),
        (3, "read", None, ["2", "-", "-", "NODATA"]),
        (4, "ignored", "blank_line", [None] * 4),
    ]


def test_a_header_announced_in_a_comment_is_the_header(tmp_path: Path) -> None:
    content = (
        "#separator \\x09\n#fields\tts\tid.orig_h\n#types\ttime\taddr\n1.5\t10.0.0.1\n#close\n"
    )
    table = table_of(tmp_path, content)
    assert table.header == ("ts", "id.orig_h")
    assert records_of(table) == [
        (3, "ignored", "comment", [None, None]),
        (4, "read", None, ["1.5", "10.0.0.1"]),
        (5, "ignored", "comment", [None, None]),
    ]


def test_a_list_of_names_is_a_table_of_one_column(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "hostname\nweb\n\ndb\n")
    assert reading.delimiter is None
    assert [record[:2] for record in records_of(reading.tables[0])] == [
        (2, "read"),
        (3, "ignored"),
        (4, "read"),
    ]


def test_blank_lines_and_blank_records_are_ignored_apart(tmp_path: Path) -> None:
    table = table_of(tmp_path, "name,ip\n\nweb,1\n,\n  \n , \ndb,2\n")
    assert [record[:3] for record in records_of(table)] == [
        (2, "ignored", "blank_line"),
        (3, "read", None),
        (4, "ignored", "blank_record"),
        (5, "ignored", "blank_line"),
        (6, "ignored", "blank_record"),
        (7, "read", None),
    ]


def test_short_records_are_read_with_nulls(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b,c,d\n1,2,3,4\nx,y\n")
    assert records_of(table)[1] == (3, "read", None, ["x", "y", None, None])


def test_a_record_with_empty_surplus_cells_is_read(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b\nx,y,,\nz,w\n")
    assert records_of(table)[0] == (2, "read", None, ["x", "y"])


def test_a_record_with_too_many_cells_is_rejected_with_its_surplus(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b\nx,y,,z\np,q\n")
    assert records_of(table)[0] == (2, "rejected", "too_many_cells", ["x", "y"])
    assert table.records["surplus"].to_list() == [[None, "z"], None]


def test_cells_keep_their_text_as_it_stood(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'a,b,c\n x , 5" disk,"say ""hi"", ok"\n"","  q",r\n')
    assert records_of(table) == [
        (2, "read", None, [" x ", ' 5" disk', 'say "hi", ok']),
        (3, "read", None, [None, "  q", "r"]),
    ]


def test_spaces_around_a_quoted_cell_are_not_part_of_it(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'a,b,c\nx, "p, q" ,z\n')
    assert records_of(table) == [(2, "read", None, ["x", "p, q", "z"])]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_newlines_in_quoted_cells_move_later_lines(tmp_path: Path, newline: str) -> None:
    lines = ["a,b", '1,"x', "", 'y"', "2,z", '3,"p', 'q"']
    table = table_of(tmp_path, newline.join(lines).encode())
    assert records_of(table) == [
        (2, "read", None, ["1", f"x{newline}{newline}y"]),
        (5, "read", None, ["2", "z"]),
        (6, "read", None, ["3", f"p{newline}q"]),
    ]


def test_carriage_returns_alone_end_lines_where_there_is_nothing_else(tmp_path: Path) -> None:
    assert records_of(table_of(tmp_path, "a,b\r1,2\r\r3,4\r")) == [
        (2, "read", None, ["1", "2"]),
        (3, "ignored", "blank_line", [None, None]),
        (4, "read", None, ["3", "4"]),
    ]


def test_a_carriage_return_inside_a_line_is_text(tmp_path: Path) -> None:
    assert records_of(table_of(tmp_path, "a,b\n1\r,2\r\n")) == [(2, "read", None, ["1\r", "2"])]


@pytest.mark.parametrize("below", ["2,b\n3,c\n", '2,"b"\n3,""\n', '2,"b\nc"\n3,d\n', "2\n"])
def test_an_open_quote_does_not_swallow_what_follows(tmp_path: Path, below: str) -> None:
    clean = records_of(table_of(tmp_path, f"a,b\n1,x\n{below}"))
    broken = records_of(table_of(tmp_path, f'a,b\n1,"x\n{below}'))
    assert broken[0] == (2, "rejected", "unclosed_quote", ['1,"x', None])
    assert broken[1:] == clean[1:]


def test_text_behind_a_closing_quote_rejects_its_record(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'a,b\n"5" disk",x\n1,2\n')
    assert [record[:3] for record in records_of(table)] == [
        (2, "rejected", "unclosed_quote"),
        (3, "read", None),
    ]


def test_titles_and_comments_above_the_header_are_no_records(tmp_path: Path) -> None:
    content = "# exported today\nServers of Acme\n\nname,ip,os,owner\nweb,1,linux,x\n"
    table = table_of(tmp_path, content)
    assert (table.header_line, table.header) == (4, ("name", "ip", "os", "owner"))
    assert [record[0] for record in records_of(table)] == [5]


def test_a_number_sign_below_the_header_is_text(tmp_path: Path) -> None:
    assert records_of(table_of(tmp_path, "#,name\n#1,web\n")) == [(2, "read", None, ["#1", "web"])]


def test_one_overlong_record_does_not_turn_the_header_into_a_title(tmp_path: Path) -> None:
    table = table_of(tmp_path, "name,ip\nweb,1,a,b,c,d,e\n")
    assert table.header == ("name", "ip")


def test_header_names_are_trimmed_and_kept_when_repeated(tmp_path: Path) -> None:
    table = table_of(tmp_path, "\ufeff name ,IP,IP,,x\nweb,1,2,3,4\n")
    assert table.header == ("name", "IP", "IP", "column 4", "x")


def test_trailing_columns_without_name_and_value_are_dropped(tmp_path: Path) -> None:
    assert table_of(tmp_path, "a,b,,\n1,2,,\n").header == ("a", "b")
    assert table_of(tmp_path, "a,b,,\n1,2,,x\n").header == ("a", "b", "column 3", "column 4")


def test_a_header_alone_is_a_table_without_records(tmp_path: Path) -> None:
    table = table_of(tmp_path, "name,ip\n")
    assert (table.header, table.records.height) == (("name", "ip"), 0)


def test_a_record_of_a_file_without_header_is_not_taken_for_one(tmp_path: Path) -> None:
    table = table_of(tmp_path, "1,10.0.0.1,4,web\n2,10.0.0.2,8,db\n")
    assert table.header == ("column 1", "IP Address", "column 3", "Hostname")
    assert [line for line, *_ in records_of(table)] == [1, 2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"test", "not_a_table"),
        (b"\x00\x01\x02\x03", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x01\x00", "not_a_table"),
        (b"<html><body>a,b\n1,2</body></html>", "not_a_table"),
        (b"This is a letter.\nIt has lines.\n", "not_a_table"),
    ],
)
def test_what_is_no_table_is_refused_with_one_sentence(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, content)
    assert refused.value.code == code
    assert refused.value.message.startswith("export.csv ")
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        (Limits(file_bytes=10), "limit of 10 bytes"),
        (Limits(columns=2), "limit of 2 columns"),
        (Limits(cell_characters=4), "limit of 4 characters"),
    ],
)
def test_an_exceeded_limit_is_named(tmp_path: Path, limits: Limits, named: str) -> None:
    with pytest.raises(UnreadableFileError, match=named) as refused:
        reading_of(tmp_path, "name,ip,os\nweb,1,linux\n", limits)
    assert refused.value.code == "limit_exceeded"
