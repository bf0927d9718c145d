"""Tables that consoles print: columns that stand below one another, parted by blanks alone."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.readers.aligned import find_alignment
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of

PODS = """\
NAME          READY  STATUS
web-5c4f-x2   1/1    Running
shop db       0/1    Pending
"""


def test_columns_are_parted_where_no_line_has_a_letter(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, PODS)
    (table,) = reading.tables
    assert table.header == ("NAME", "READY", "STATUS")
    assert [cells for *_, cells in records_of(table)] == [
        ["web-5c4f-x2", "1/1", "Running"],
        ["shop db", "0/1", "Pending"],
    ]


def test_dashes_below_a_header_show_columns_that_stand_close(tmp_path: Path) -> None:
    text = (
        "\r\nName            Free (GB) State\r\n----            --------- -----\r\n"
        "Lab 1 data         1024,5 Up\r\nLab 2                24,5 Up, old\r\n\r\n"
    )
    (table,) = reading_of(tmp_path, text.encode("utf-16")).tables
    assert table.header == ("Name", "Free (GB)", "State")
    read = [(line, cells) for line, outcome, _, cells in records_of(table) if outcome == "read"]
    assert read == [(4, ["Lab 1 data", "1024,5", "Up"]), (5, ["Lab 2", "24,5", "Up, old"])]


def test_a_line_that_is_too_long_for_its_columns_is_parted_by_its_blanks(tmp_path: Path) -> None:
    lines = [f"web-{at:03}   eu      Running" for at in range(600)]
    text = "\n".join(["NAME      ZONE    STATUS", *lines, "a-longer-name-than-all   eu   Running"])
    (table,) = reading_of(tmp_path, text).tables
    assert records_of(table)[-1][-1] == ["a-longer-name-than-all", "eu", "Running"]


def test_the_last_name_may_be_of_several_words(tmp_path: Path) -> None:
    text = (
        "Filesystem  Size Used Use% Mounted on\n/dev/sda1 17G 2G 11% /\n"
        "/dev/sdb1 1G 1G 23% /boot\ntmpfs 2G 0 0% /run\n"
    )
    (table,) = reading_of(tmp_path, text).tables
    assert table.header == ("Filesystem", "Size", "Used", "Use%", "Mounted on")
    assert [cells[-1] for *_, cells in records_of(table)] == ["/", "/boot", "/run"]


def test_prose_is_aligned_nowhere() -> None:
    assert find_alignment(["Dear  all,", "this  is  a  letter", "with   blanks  in it"]) is None


@given(st.lists(st.text("ab c-=\t|", max_size=20), max_size=8))
def test_parting_keeps_every_letter(lines: list[str]) -> None:
    alignment = find_alignment(lines)
    for line in lines if alignment else ():
        parted = alignment.parted(line)
        assert "".join(parted.split()) == "".join(line.split())
