"""Lines of tables of decisions: each is decided, said already, or refused, and never twice."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.decisions.override_lines import Line, read_cells, select_lines
from discovery_dagster.domain.names.directory import NoSuchAssetError

LINE = Line(0, 0, "overrides.csv", None, 2, "a", "type", "server", "so", "ann")
LINES = st.lists(
    st.builds(
        lambda row, asset, field, value: replace(
            LINE, row=row, line=row + 2, asset=asset, field=field, value=value
        ),
        st.just(0),
        st.sampled_from("abx"),
        st.sampled_from(["type", "environment"]),
        st.sampled_from(["one", "two"]),
    ),
    max_size=12,
).map(lambda lines: [replace(line, row=n, line=n + 2) for n, line in enumerate(lines)])


def find(line):
    if line.asset == "x":
        raise NoSuchAssetError("There is no x.")
    return line.asset


def heard(wanted, session, log=()):
    """The log with what was wanted added to it."""
    start = len(log) + 1
    return [
        *log,
        *(
            SimpleNamespace(
                decision=start + n,
                session=session,
                subject=asset,
                field=line.field,
                value=line.value,
                reason=line.reason,
                author=line.author,
                origin=line.origin,
                at=datetime(2026, 3, 2, tzinfo=UTC),
            )
            for n, (line, asset) in enumerate(wanted)
        ),
    ]


@given(LINES)
def test_each_asset_and_field_is_decided_once_and_a_second_reading_adds_nothing(lines):
    wanted, refused = select_lines(lines, find, [], "s001")
    assert len({(asset, line.field) for line, asset in wanted}) == len(wanted)
    known = {(line.asset, line.field) for line in lines if line.asset != "x"}
    assert len(wanted) == len(known)
    assert {each.line.row for each in refused}.isdisjoint(line.row for line, _ in wanted)
    again, same = select_lines(lines, find, heard(wanted, "s001"), "s001")
    assert (again, same) == ([], refused)


@given(LINES)
def test_in_a_later_session_what_was_decided_since_is_not_outranked(lines):
    wanted, refused = select_lines(lines, find, [], "s001")
    log = heard(wanted, "s001")
    since = heard(
        [(replace(line, value="three", author="bob", file="x"), a) for line, a in wanted],
        "s001",
        log,
    )
    for row in since[len(log) :]:
        row.origin = "command line"
    again, refusals = select_lines(lines, find, since, "s002")
    assert again == []
    assert {each.code for each in refusals} <= {"no_such_asset", "contradicting", "decided_since"}
    assert len(refusals) >= len(refused) + len(wanted)


def test_a_line_with_another_reason_speaks_anew():
    log = heard([(LINE, "a")], "s001")
    taken = SimpleNamespace(
        **{**vars(log[0]), "decision": 2, "value": None, "origin": "takes back"}
    )
    _, (refused,) = select_lines([LINE], find, [*log, taken], "s002")
    assert "took it back" in refused.message
    ((line, _),), _ = select_lines([replace(LINE, reason="after all")], find, [*log, taken], "s002")
    assert line.reason == "after all"


def test_all_that_is_wrong_with_a_line_is_told():
    _, wrong = read_cells({"asset": " ", "field": "Environment", "value": "prodd", "author": "a"})
    assert [each.code for each in wrong] == ["no_asset", "unknown_value", "no_reason"]
