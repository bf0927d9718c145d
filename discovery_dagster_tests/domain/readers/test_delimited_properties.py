"""Whatever is written as CSV, each physical record is found once, at its line, with its cells."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import lines
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of
from discovery_dagster_tests.searching import examples

_DELIMITERS = ",;\t|"
#: None is a unit by itself, such as `b` or `#`: a row of units below the header belongs to it. None
#: begins with a mark or ends in a quote that all cells of its column could have.
_cells = st.text(st.sampled_from("ab1é#- .,;|\t\"'\n"), max_size=6).filter(
    lambda text: text.strip() not in {"b", "#"} and text.strip()[:1] not in {"'", '"'}
)
_filled = st.text(st.sampled_from('ab1é,;" '), min_size=1, max_size=5).map(lambda t: f"x{t}")


@st.composite
def _tables(draw: st.DrawFn) -> tuple[list[str], list[list[str] | None]]:
    """A header and records below it; None stands for a blank line."""
    width = draw(st.integers(3, 6))
    whole = st.lists(_cells, min_size=width, max_size=width)
    short = st.lists(_cells, min_size=1, max_size=width - 1)
    long = st.lists(_filled, min_size=width + 1, max_size=width + 2)
    blank_record = st.just([""] * width)
    records = draw(st.lists(st.one_of(whole, whole, short, long, blank_record, st.none())))
    return [f"name {position}" for position in range(width)], records


def _written(record: list[str] | None, delimiter: str, always: bool, newline: str) -> str:
    """The record as RFC 4180 has it, with quotes where they are needed, or always."""
    cells = []
    for cell in record or []:
        cell = cell.replace("\n", newline)
        needed = (
            any(character in cell for character in f'{_DELIMITERS}"\r\n') or cell != cell.strip()
        )
        quoted = '"' + cell.replace('"', '""') + '"'
        cells.append(quoted if always or needed else cell)
    return delimiter.join(cells)


def _expected(
    record: list[str] | None, written: str, width: int, newline: str
) -> tuple[str, str | None, list[str | None]]:
    cells = [cell.replace("\n", newline) for cell in record or []]
    fitted: list[str | None] = [cell or None for cell in (cells + [""] * width)[:width]]
    if not written.strip():
        return "ignored", "blank_line", fitted
    if any(cell.strip() for cell in cells[width:]):
        return "rejected", "too_many_cells", fitted
    if not any(cell.strip() for cell in cells):
        return "ignored", "blank_record", fitted
    stripped = [cell.strip() for cell in cells if cell.strip()]
    if not set("".join(stripped)) - set("#-.| \t\n") and max(map(len, stripped)) > 2:
        return "ignored", "separator_line", fitted
    return "read", None, fitted


@settings(max_examples=examples(250), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=_tables(),
    delimiter=st.sampled_from(_DELIMITERS),
    always=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    ended=st.booleans(),
    piece=st.sampled_from([1, 20, 100, 2**20]),
)
def test_each_record_is_found_once_at_its_line(
    table: tuple[list[str], list[list[str] | None]],
    delimiter: str,
    always: bool,
    newline: str,
    encoding: str,
    ended: bool,
    piece: int,
) -> None:
    header, records = table
    text = _written(header, delimiter, always, newline)
    line = 2
    expected = []
    for record in records:
        written = _written(record, delimiter, always, newline)
        expected.append((line, *_expected(record, written, len(header), newline)))
        text += newline + written
        line += 1 + written.count("\n")
    if ended or (records and not _written(records[-1], delimiter, always, newline)):
        text += newline
    # Where the text is parted for Polars makes no difference.
    with TemporaryDirectory() as folder, patch.object(lines, "_PIECE", piece):
        tables = table_of(Path(folder), text.encode(encoding))
    assert tables.header == tuple(header)
    assert records_of(tables) == expected


@settings(max_examples=examples(150), deadline=None)
@given(written=st.lists(st.text(st.sampled_from('a1é,; "\t\r#'), max_size=12), max_size=12))
def test_no_line_is_lost_or_taken_twice_whatever_is_in_it(written: list[str]) -> None:
    text = "".join(f"{line}\n" for line in ["first,second", *written])
    with TemporaryDirectory() as folder:
        try:
            table = table_of(Path(folder), text)
            with patch.object(lines, "_PIECE", 1):
                by_line = table_of(Path(folder), text)
        except UnreadableFileError as refused:
            # Such as `1;1` twice and `a;`: no line can be told to be the header. Refused as a
            # whole, the file is listed with that reason and loses nothing.
            assert refused.code == "not_a_table"
            return
    assert by_line.records.equals(table.records)
    numbers = table.records["line"].to_list()
    assert numbers == sorted(set(numbers))
    # Only lines inside a quoted cell begin no record.
    lost = text.count("\n") - table.header_line - len(numbers)
    assert lost == 0 if '"' not in text else lost >= 0


@settings(max_examples=examples(300), deadline=None)
@given(
    start=st.sampled_from([b"", b"PK\x03\x04", b"[", b'{"a":', b"a,b\n", b"\xff\xfe", b"sep="]),
    rest=st.one_of(st.binary(max_size=60), st.text(max_size=40).map(str.encode)),
)
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    with TemporaryDirectory() as folder:
        try:
            assert reading_of(Path(folder), start + rest).tables
        except UnreadableFileError as refused:
            assert refused.message.startswith("export.csv ")
