"""Encodings: each is named, and the text is the same in all."""

from pathlib import Path

import pytest

from discovery_dagster_tests.domain.readers.reading import reading_of, records_of

_TEXT = "name,owner\nweb,Müller\ndb,Café € “Söhne”\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (b"\xff\xfe\x00\x00", "utf-32-le"),
        (b"\x00\x00\xfe\xff", "utf-32-be"),
        (b"", "cp1252"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, mark: bytes, encoding: str) -> None:
    reading = reading_of(tmp_path, mark + _TEXT.encode(encoding))
    assert reading.encoding == encoding
    assert reading.tables[0].header == ("name", "owner")
    assert [cells for *_, cells in records_of(reading.tables[0])] == [
        ["web", "Müller"],
        ["db", "Café € “Söhne”"],
    ]


def test_single_western_bytes_in_utf_8_are_read_as_what_they_are(tmp_path: Path) -> None:
    content = _TEXT.encode() + "x,Grüße\n".encode("cp1252")
    reading = reading_of(tmp_path, content)
    assert reading.encoding == "utf-8 and cp1252"
    assert [cells[1] for *_, cells in records_of(reading.tables[0])] == [
        "Müller",
        "Café € “Söhne”",
        "Grüße",
    ]


def test_a_zero_byte_in_a_text_becomes_visible(tmp_path: Path) -> None:
    content = b"name,owner\nweb,a\0b\n" + b"db,somebody else\n" * 20
    record = records_of(reading_of(tmp_path, content).tables[0])[0]
    assert record == (2, "read", None, ["web", "a\ufffdb"])


@pytest.mark.parametrize("single", [1, 2, 5])
def test_one_line_of_utf_8_among_single_bytes_keeps_its_letters(
    tmp_path: Path, single: int
) -> None:
    content = "name,place\nweb,Zürich\n".encode() + "db,Genève\n".encode("cp1252") * single
    reading = reading_of(tmp_path, content)
    places = [cells[1] for *_, cells in records_of(reading.tables[0])]
    assert places == ["Zürich", *["Genève"] * single]


def test_several_zero_bytes_in_a_small_list_cost_their_cells_alone(tmp_path: Path) -> None:
    table = reading_of(tmp_path, b"name,owner\nweb\0,Ann\ndb,B\0b\n").tables[0]
    assert [cells for *_, cells in records_of(table)] == [["web\ufffd", "Ann"], ["db", "B\ufffdb"]]


def test_lines_that_are_one_quoted_cell_each_are_read_without_their_quotes(tmp_path: Path) -> None:
    text = '"name,owner"\r\n"web,""Ann, B."""\r\n"db,Bob"\r\n'
    table = reading_of(tmp_path, text).tables[0]
    assert records_of(table) == [
        (2, "read", None, ["web", "Ann, B."]),
        (3, "read", None, ["db", "Bob"]),
    ]


def test_quoted_lines_may_stand_below_a_header_without_quotes(tmp_path: Path) -> None:
    text = 'Host,State,\n"web,""Up"""\n"db,""No, down"""\n'
    table = reading_of(tmp_path, text).tables[0]
    assert table.header[:2] == ("Host", "State")
    assert [cells[:2] for *_, cells in records_of(table)] == [["web", "Up"], ["db", "No, down"]]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866", "iso8859_5"])
def test_cyrillic_of_single_bytes_is_told_from_western_letters(
    tmp_path: Path, encoding: str
) -> None:
    text = "Имя компьютера;Местоположение\nPC1;Москва, склад\nPC2;Казань\nPC3;Самара\n"
    table = reading_of(tmp_path, text.encode(encoding)).tables[0]
    assert table.header == ("Имя компьютера", "Местоположение")


def test_a_list_of_quoted_sentences_keeps_its_commas(tmp_path: Path) -> None:
    table = reading_of(tmp_path, '"remark"\n"one, two"\n"three, four"\n').tables[0]
    assert [cells for *_, cells in records_of(table)] == [["one, two"], ["three, four"]]


def test_a_colon_in_the_first_name_makes_no_yaml_of_a_table(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "Info: tag;Computer;IP\nx;web;10.4.0.1\n")
    assert (reading.container, reading.delimiter) == ("csv", ";")
    assert reading.tables[0].header == ("Info: tag", "Computer", "IP")
