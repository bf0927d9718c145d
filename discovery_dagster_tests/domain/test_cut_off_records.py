"""Flow records that are cut off make no connection; lists without their empty cells are whole."""

from pathlib import Path

import pytest

from discovery_dagster.domain.intake import read_tables

VPC = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log-status"
)
FLOW = "2 123456789012 eni-0a1 10.3.0.1 10.3.0.2 {} 5432 6 10 840 1788428154 1788428213 ACCEPT OK"
CUT = "2 123456789012 eni-0a1 10.3.0.3 10.3.0.4 443"
CSV, ROW = "src_ip,dst_ip,dst_port,protocol,action,bytes", "10.3.0.{},10.3.1.1,443,tcp,ALLOW,9"


def outcomes(folder: Path, *lines: str, ended: bool = True) -> list[tuple[int, str, str | None]]:
    path = folder / "flows.log"
    path.write_text("\n".join(lines) + "\n" * ended)
    _, ((table, _),) = read_tables(path, path.name)
    return table.records.select("line", "outcome", "reason").rows()


@pytest.mark.parametrize("good", [1, 6, 31])
@pytest.mark.parametrize(
    ("header", "line", "cut"),
    [([VPC], FLOW, CUT), ([], FLOW, CUT), ([CSV], ROW, "10.3.0.9,10.3.1.1")],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_flow_that_is_cut_off_is_rejected_and_its_neighbours_are_read(
    tmp_path: Path, good: int, header: list[str], line: str, cut: str, first: bool
) -> None:
    whole = [line.format(40 + at) for at in range(good)]
    body = [cut, *whole] if first else [*whole, cut]
    outcomes_of_lines = outcomes(tmp_path, *header, *body)
    place = len(header) + (1 if first else good + 1)
    assert [each for each in outcomes_of_lines if each[1] != "read"] == [
        (place, "rejected", "too_few_cells")
    ]
    assert len(outcomes_of_lines) == good + 1


def test_a_list_that_leaves_out_its_empty_cells_is_whole(tmp_path: Path) -> None:
    short = [f"10.3.0.{at},10.3.1.1,443" for at in range(20)]
    assert {each[1:] for each in outcomes(tmp_path, CSV, ROW.format(99), *short)} == {
        ("read", None)
    }


def test_where_empty_cells_are_written_a_short_line_is_cut_off(tmp_path: Path) -> None:
    whole = ["10.3.0.1,10.3.1.1,443,tcp,ALLOW,"] * 3
    outcomes_of_lines = outcomes(tmp_path, CSV, *whole, *["10.3.0.2,10.3.1.1"] * 3)
    assert [each[1] for each in outcomes_of_lines] == ["read"] * 3 + ["rejected"] * 3


def test_a_last_line_without_end_is_cut_off_also_among_short_ones(tmp_path: Path) -> None:
    short = [f"10.3.0.{at},10.3.1.1,443" for at in range(20)]
    outcomes_of_lines = outcomes(
        tmp_path, CSV, ROW.format(99), *short, "10.3.0.2,10.3.1", ended=False
    )
    assert [each[0] for each in outcomes_of_lines if each[1] == "rejected"] == [23]


def test_what_a_flow_can_do_without_may_be_missing(tmp_path: Path) -> None:
    outcomes_of_lines = outcomes(tmp_path, CSV, ROW.format(1), "10.3.0.9,10.3.1.1,443,tcp,ALLOW")
    assert {each[1:] for each in outcomes_of_lines} == {("read", None)}


def test_a_thing_of_which_little_is_known_is_a_record(tmp_path: Path) -> None:
    outcomes_of_lines = outcomes(tmp_path, "Hostname,IP,OS", "oak1,10.3.0.1,RHEL", "oak2,10.3.0.2")
    assert {each[1:] for each in outcomes_of_lines} == {("read", None)}
