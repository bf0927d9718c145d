"""Flow records counted where they lie give what reading each of them gives."""

import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import formats
from discovery_dagster.domain.canonical import CanonicalRecords, canonicalise, flows
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.store.table_rows import StoredRows, open_engine
from discovery_dagster_tests.domain.sources import counts, table, with_outcome
from discovery_dagster_tests.searching import examples

_MEMORY = 256 * 1024**2
_LITTLE = 64 * 1024**2  # the least that the settings allow
_NAMES = st.sampled_from(["web-01", "WEB-01", "db-01", " db-01 ", "n/a", None])
_ADDRESSES = st.sampled_from(
    ["10.0.0.1", "10.0.0.2", "10.0.0.2/32", "fe80::1", "FE80::1%eth0", "10.0.0.300", "-", " ", None]
)
_PORTS = st.sampled_from(["443", "0443", "5432", "51514", "40000", "99999", "https", None])
_TIMES = st.sampled_from(
    ["1700000000", "1700000000.5", "1700000000123", "2024-02-30", "2024-02-01 10:00", "", None]
)
_GENERIC = {
    "src_host": _NAMES,
    "src_ip": _ADDRESSES,
    "src_port": _PORTS,
    "dst_host": _NAMES,
    "dst_ip": _ADDRESSES,
    "dst_port": _PORTS,
    "protocol": st.sampled_from(["6", "TCP", "udp", "17", "?", None]),
    "start": _TIMES,
    "end": _TIMES,
    "remark": st.sampled_from(["kept", None]),
}
_AWS = {
    "srcaddr": _ADDRESSES,
    "pkt-srcaddr": _ADDRESSES,
    "dstaddr": _ADDRESSES,
    "srcport": _PORTS,
    "dstport": _PORTS,
    "protocol": st.sampled_from(["6", "17", "-"]),
    "tcp-flags": st.sampled_from(["2", "18", "0", "-"]),
    "start": _TIMES,
    "action": st.sampled_from(["ACCEPT", "REJECT"]),
    "log-status": st.sampled_from(["OK", "NODATA"]),
}
_ZEEK = {
    "ts": _TIMES,
    "id.orig_h": _ADDRESSES,
    "id.orig_p": _PORTS,
    "id.resp_h": _ADDRESSES,
    "id.resp_p": _PORTS,
    "proto": st.sampled_from(["tcp", "udp"]),
    "service": st.sampled_from(["ssl", "(empty)", "dns"]),
    "conn_state": st.sampled_from(["SF", "S0", "REJ"]),
}
_EVENTS = {
    "flow_id": st.sampled_from(["1", "2", "3", None]),
    "event_type": st.sampled_from(["flow", "alert", "http", None]),
    "src_ip": _ADDRESSES,
    "dest_ip": _ADDRESSES,
    "dest_port": st.sampled_from(["443", "514"]),
    "proto": st.sampled_from(["TCP", "UDP"]),
    "action": st.sampled_from(["allowed", "blocked", None]),
    "state": st.sampled_from(["closed", "new", None]),
    "pkts_toclient": st.sampled_from(["0", "4", None]),
}


@st.composite
def _tables(draw: st.DrawFn) -> SourceTable:
    columns = draw(st.sampled_from([_GENERIC, _AWS, _ZEEK, _EVENTS]))
    rows = draw(st.lists(st.tuples(*columns.values()), min_size=1, max_size=30))
    source = table(list(columns), *rows, file="flows.csv")
    if draw(st.booleans()):
        outcome, reason = draw(
            st.sampled_from([("rejected", "too_many_cells"), ("ignored", "blank_record")])
        )
        source = with_outcome(source, draw(st.integers(0, len(rows) - 1)), outcome, reason)
    return source


def _in_memory(source: SourceTable) -> CanonicalRecords:
    table_format = formats.recognise(source) or formats.UNRECOGNISED
    return canonicalise([(source, table_format)], map_table(0, source, table_format))


def _stored(source: SourceTable, folder: Path, memory: int = _MEMORY) -> CanonicalRecords:
    """What the pipeline makes of the table: its records stay in their file."""
    table_format = formats.recognise(source) or formats.UNRECOGNISED
    assert table_format.kind is formats.Kind.FLOWS
    path = folder / "it's records.parquet"
    source.records.write_parquet(path)
    without = SourceTable(
        source.file, source.sheet, source.header, source.header_line, source.records.clear()
    )
    mapping = map_table(0, source, table_format)
    with open_engine(folder / "spill", memory) as engine:
        rows = {0: StoredRows(engine, path)}
        return canonicalise([(without, table_format)], mapping, elsewhere=rows)


def _assert_same(one: CanonicalRecords, other: CanonicalRecords) -> None:
    for name in ("relations", "outcomes", "issues", "assets"):
        assert getattr(one, name).equals(getattr(other, name)), name


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=_tables())
def test_records_counted_where_they_lie_are_what_records_read_here_are(tmp_path, source):
    stored = _stored(source, tmp_path)
    _assert_same(stored, _in_memory(source))
    assert sum(counts(stored).values()) == source.records.height


_NOTATIONS = (
    ["2024-02-01T10:00:00Z", "2024-02-01T10:00:00.25Z", "2024-03-01T00:00:00Z"],
    ["2024-02-01 10:00:00", "2024-02-01 10:00:01.5"],
    ["2024-02-01T10:00:00Z", "2024-02-30T10:00:00Z"],  # a day that does not exist
    ["2024-02-01T10:00:00Z", "2024-02-01 09:00:00"],  # two notations
    ["1700000000", "1700000001", None],
    ["1700000000", "+170000000", "1_70000000", " 170000000", "17000000.0", "1700000e03"],
    ["1700000000", "0700000000"],  # ten digits, of which the first says nothing
    ["1700000000123", "1700000000"],
    ["9999999999999999999", "1700000000000000000"],  # more than a signed number holds
    ["01.02.2024 10:00:00", "02.01.2024 10:00:00"],
    ["1700000000.123", "1700000000.2", None],
)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_moments_that_are_compared_as_they_stand_are_those_that_are_read(tmp_path, data):
    moments = st.sampled_from(data.draw(st.sampled_from(_NOTATIONS)))
    columns = {**_GENERIC, "start": moments, "end": moments, "protocol": st.just("6")}
    missing = data.draw(st.sampled_from([None, "start", "end"]))
    columns = {name: cells for name, cells in columns.items() if name != missing}
    rows = data.draw(st.lists(st.tuples(*columns.values()), min_size=1, max_size=20))
    source = table(list(columns), *rows, file="flows.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows, "_ordered_cells", lambda _rows, _columns: None)
        read = _in_memory(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows, "_LOOKS", 1_000)
        _assert_same(_stored(source, tmp_path), read)
        _assert_same(_in_memory(source), read)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=_tables(), seed=st.integers(0, 99))
def test_connections_do_not_depend_on_the_order_of_the_records(tmp_path, source, seed):
    ends = ["source", "source_address", "target", "target_address", "port", "protocol"]
    columns = [*ends, "count", "first_seen", "last_seen"]
    shuffled = SourceTable(
        source.file,
        source.sheet,
        source.header,
        source.header_line,
        source.records.sample(fraction=1, shuffle=True, seed=seed),
    )
    one, other = (
        _stored(each, tmp_path).relations.select(columns).sort(columns, nulls_last=True)
        for each in (source, shuffled)
    )
    assert one.equals(other)


@pytest.fixture(scope="module")
def long_log() -> SourceTable:
    """A million records of nearly as many connections."""
    number = pl.int_range(1_000_000, eager=True)
    source = table(["src_ip", "dst_ip", "dst_port", "start"], file="long.csv")
    records = pl.select(
        line=(number + 2).cast(pl.UInt32),
        outcome=pl.lit("read"),
        reason=pl.lit(None, pl.String),
        surplus=pl.lit(None, pl.List(pl.String)),
        c0=pl.format("10.1.{}.{}", number % 61, number % 251),
        c1=pl.format("10.2.{}.{}", number % 67, number % 241),
        c2=pl.lit("443"),
        c3=(number * 7919 % 86_400 + 1_700_000_000).cast(pl.String),
    )
    return SourceTable(source.file, None, source.header, 1, records)


def test_what_does_not_fit_the_memory_spills_and_comes_to_the_same(tmp_path, long_log, monkeypatch):
    _assert_same(_stored(long_log, tmp_path, _LITTLE), _in_memory(long_log))
    assert list((tmp_path / "spill").iterdir()) == []

    count = StoredRows.count

    def without_spilling(rows, *arguments):
        rows.engine.execute("set max_temp_directory_size = '0B'")
        return count(rows, *arguments)

    monkeypatch.setattr(StoredRows, "count", without_spilling)
    with pytest.raises(duckdb.OutOfMemoryException):  # so it was spilling that made it fit
        _stored(long_log, tmp_path, _LITTLE)


def test_what_a_killed_process_spilled_is_deleted_and_what_a_living_one_spills_is_not(tmp_path):
    kill = (
        "import os, sys; from pathlib import Path\n"
        "from discovery_dagster.store.table_rows import open_engine\n"
        "with open_engine(Path(sys.argv[1]), 2**26):\n"
        "    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", kill, tmp_path], check=False)
    (left,) = tmp_path.iterdir()
    with open_engine(tmp_path, _MEMORY):
        (own,) = tmp_path.iterdir()
        assert own != left
        with open_engine(tmp_path, _MEMORY):
            assert own.exists()
            assert len(list(tmp_path.iterdir())) == 2
    assert list(tmp_path.iterdir()) == []
