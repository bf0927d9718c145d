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
