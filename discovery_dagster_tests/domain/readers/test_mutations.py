"""Files of every container with bytes changed, cut, doubled and put in: read or refused, no third.

What can be read goes all the way to typed records, and every physical record is accounted for.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import intake
from discovery_dagster.domain.canonical import canonicalise
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.intake import ReadTables
from discovery_dagster.domain.readers import Limits
from discovery_dagster.sandbox.allowance import Allowance
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster_tests.domain.readers.old_workbooks import old_workbook
from discovery_dagster_tests.searching import examples

pytestmark = pytest.mark.long

ROWS = [
    ["Hostname", "IP Address", "OS", "RAM (MB)", "Depends On", "Last seen", "Notiz"],
    ["web-1", "10.0.0.1", "RHEL 8", "4096", "db-1; db-2", "2024-05-01 10:00", 'say "hi", ok'],
    ["db-1", "10.0.0.2, fe80::1", "Windows Server 2019", "16,384", "", "03/04/2024", "zwei\nx"],
    ["db-2", "n/a", "#N/A", "-1", "ALL", "1714557600", "Größe"],
]  # fmt: skip
RECORDS = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
FLOWS = (
    "version account-id srcaddr dstaddr srcport dstport protocol action\n"
    "2 1 10.0.0.1 10.0.0.2 40000 443 6 ACCEPT\n2 1 - - - - - -\n"
)
SPANS = {"data": [{"traceID": "t", "processes": {"p": {"serviceName": "web"}, "q": {}},
                   "spans": [{"traceID": "t", "spanID": "s", "processID": "p", "references": []},
                             {"traceID": "t", "spanID": "u", "processID": "q", "references": [
                                 {"refType": "CHILD_OF", "traceID": "t", "spanID": "s"}]}]}]
}  # fmt: skip
GRAPH = {
    "nodes": [{"id": "a", "label": "web"}, {"id": "b"}],
    "edges": [{"from": "a", "to": "b"}],
}


def _csv(delimiter: str, encoding: str) -> bytes:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in ROWS]
    return "\r\n".join(delimiter.join(row) for row in quoted).encode(encoding)


@cache
def _xlsx() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(ROWS):
            sheet.write_row(at, 0, row)
    return content.getvalue()


def _zip(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def _part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_xlsx())) as book:
        return book.read(name)


def _with_part(name: str, content: bytes) -> bytes:
    """A workbook one of whose parts has this content."""
    with zipfile.ZipFile(io.BytesIO(_xlsx())) as book:
        parts = {each: book.read(each) for each in book.namelist()}
    return _zip(**parts | {name: content})


SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
GRAPHML = (
    b'<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    b'<key id="d" for="node" attr.name="label" attr.type="string"/><graph edgedefault="directed">'
    b'<node id="a"><data key="d">web</data></node><node id="b"/><edge source="a" target="b"/>'
    b"</graph></graphml>"
)
GEXF = (
    b'<gexf xmlns="http://gexf.net/1.3"><graph><nodes><node id="a" label="web"/><node id="b"/>'
    b'</nodes><edges><edge id="0" source="a" target="b"/></edges></graph></gexf>'
)
DOT = b'digraph estate {\n  web [label="Web \\"1\\""];\n  web -> { db cache };\n  db -> disk;\n}\n'
LINES = [
    b"web: cart, auth\ncart: redis\nauth: ldap\n",
    b"web -> cart\ncart -> redis\n",
    b"web cart auth\ncart redis\nauth ldap\nredis\nldap\n",
    b"web,cart,1\ncart,redis,2\nweb,auth,3\n",
    b",web,cart,redis\nweb,0,1,0\ncart,0,0,1\nredis,0,0,0\n",
]
SOCKETS = [
    b"Proto Recv-Q Send-Q Local Address Foreign Address State PID/Program name\n"
    b"tcp 0 0 10.0.0.1:43210 10.0.0.2:5432 ESTABLISHED 9/java\ntcp6 0 0 :::80 :::* LISTEN 9/x\n",
    b"java 9 app 45u IPv4 1 0t0 TCP 10.0.0.1:43210->10.0.0.2:5432 (ESTABLISHED)\n",
]
RULES = [
    b"Rule,Source,Destination,Service,Action\n1,any,10.0.0.0/8,tcp/443,allow\n"
    b"2,web1; web2,10.0.0.9,443,allow\n3,10.0.0.1-10.0.0.9,db,1521,deny\n",
    b"CI,Relation,Related CI\ncrm,depends on,db\ndb,supports,crm\ncrm,hosts,x\n",
]
SEEDS: dict[str, list[bytes]] = {
    "delimited": [_csv(",", "utf-8"), _csv(";", "cp1252"), _csv("\t", "utf-16"), FLOWS.encode(),
                  b"#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\n"
                  b"1.5\t10.0.0.1\t10.0.0.2\t443\n#close\t1\n"],
    "json": [json.dumps(each).encode() for each in (RECORDS, {"items": RECORDS}, SPANS, GRAPH,
                                                    {"web": ["db"], "db": []})],
    "json lines": ["\n".join(map(json.dumps, RECORDS)).encode()],
    "xlsx": [_xlsx()],
    "worksheet": [_part(SHEET)],
    "shared texts": [_part(TEXTS)],
    "graph xml": [GRAPHML, GEXF],
    "dot": [DOT],
    "lines of a graph": LINES,
    "sockets": SOCKETS,
    "rules and sentences": RULES,
    "zip": [_zip(a=_csv(",", "utf-8"), b=json.dumps(RECORDS).encode())],
}  # fmt: skip
#: Files that what is changed is a part of.
WITHIN: dict[str, Callable[[bytes], bytes]] = {
    "worksheet": partial(_with_part, SHEET),
    "shared texts": partial(_with_part, TEXTS),
}
#: What breaks readers: ends of lines and cells, marks of encodings, brackets, XML and zip's own.
TOKENS = [b"\n", b"\r", b"\r\n", b'"', b'""', b",", b";", b"\t", b"\0", b"\xef\xbb\xbf", b"\xff",
          b"\xff\xfe", b"\xc3", b"\xe2\x80\xa8", b"\xc2\xa0", b"{", b"}", b"[", b"]", b":",
          b"null", b"1e999", b"-0", b"\\ud800", b"\\u0000", b"#", b"sep=|\n", b"<", b">", b"&#0;",
          b"PK\x03\x04", b"=1+1", b"99999999999999999999", b"9" * 400,
          "\U0001f4a9".encode()]  # fmt: skip

_places = st.floats(0, 1, allow_nan=False)
_changes = st.one_of(
    st.tuples(st.just("put"), _places, st.sampled_from(TOKENS)),
    st.tuples(st.just("set"), _places, st.binary(min_size=1, max_size=3)),
    st.tuples(st.just("cut"), _places, _places),
    st.tuples(st.just("double"), _places, _places),
)


def _changed(data: bytes, changes: list[tuple[str, float, bytes | float]]) -> bytes:
    for what, place, with_ in changes:
        at = int(place * len(data))
        if isinstance(with_, bytes):
            data = data[:at] + with_ + data[at + (len(with_) if what == "set" else 0) :]
        else:
            behind = at + int(with_ * min(60, len(data) - at))
            data = data[:at] + (data[at:behind] * 2 if what == "double" else b"") + data[behind:]
    return data


def _account(path: Path, read: ReadTables = intake.read_tables) -> None:
    """Read the file all the way, and check that each record has exactly one outcome."""
    try:
        _, tables = read(path, path.name)
    except UnreadableFileError as refused:
        assert refused.message.endswith(".")
        return
    mapping = intake.understand(tables, lambda done, total: None)["mapping"]
    records = canonicalise(tables, mapping)
    assert records.outcomes.height == sum(table.records.height for table, _ in tables)
    assert records.outcomes["outcome"].is_in(["accepted", "rejected", "ignored"]).all()
    ignored = records.outcomes.filter(pl.col("outcome") == "ignored")
    assert ignored["reason"].null_count() == 0


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(Limits(), Allowance()) as reader:
        yield reader


@pytest.mark.parametrize("container", SEEDS)
@given(data=st.data(), changes=st.lists(_changes, max_size=6))
def test_a_changed_file_is_read_and_accounted_for_or_refused(
    container: str, data: st.DataObject, changes: list[tuple[str, float, bytes | float]]
) -> None:
    changed = _changed(data.draw(st.sampled_from(SEEDS[container])), changes)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        path.write_bytes(WITHIN[container](changed) if container in WITHIN else changed)
        _account(path)


# The library that reads them aborts where memory is short, so they are read as in a run.
@settings(max_examples=examples(15))
@given(changes=st.lists(_changes, max_size=6))
def test_a_changed_old_workbook_is_read_and_accounted_for_or_refused(
    reader: SandboxedReader, changes: list[tuple[str, float, bytes | float]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        path.write_bytes(_changed(old_workbook(ROWS), changes))
        _account(path, reader.read_tables)
