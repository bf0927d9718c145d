"""Files under names that are not theirs, and files that are two things at once."""

import bz2
import gzip
import io
import lzma
import tarfile

import polars as pl

from attack.corpus.archives import TABLE, zipped
from attack.corpus.kinds import Made, kind

MIB = 1024**2


@kind("wrong names")
def wrong_names() -> Made:
    parquet = io.BytesIO()
    pl.DataFrame({"hostname": ["web"] * 99, "os": ["RHEL"] * 99}).write_parquet(parquet)
    yield "parquet.csv", parquet.getvalue()
    yield "parquet-tail.csv", b"PAR1" + bytes(MIB) + b"\xff\xff\xff\x7fPAR1"
    arrow = io.BytesIO()
    pl.DataFrame({"hostname": ["web"]}).write_ipc(arrow)
    yield "arrow.csv", arrow.getvalue()
    for name, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        yield f"{name}.csv", pack(TABLE)
        yield f"bomb-{name}.csv", pack(b"0" * (16 * MIB))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../a.csv"), io.BytesIO())
    yield "tar.csv", tar.getvalue()
    for name, start in (("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-1.7\n"), ("exe", b"MZ"),
                        ("elf", b"\x7fELF"), ("sqlite", b"SQLite format 3\0"),
                        ("7z", b"7z\xbc\xaf\x27\x1c"), ("jpg", b"\xff\xd8\xff\xe0"),
                        ("pickle", b"\x80\x04cos\nsystem\n(S'true'\ntR.")):  # fmt: skip
        yield f"{name}.csv", start + bytes(range(256)) * 2_000


@kind("two things at once")
def polyglots() -> Made:
    archive = zipped({"a.csv": TABLE})
    yield "pdf-zip.csv", b"%PDF-1.7\n" + archive
    yield "csv-zip.csv", TABLE + archive
    yield "zip-csv.csv", archive + TABLE
    yield "html.csv", b"<html><table><tr><td>hostname,os\nweb,RHEL\n</td></tr></table></html>"
    yield "json-yaml.yaml", b'{"hostname": web, "os": &a [*a]}\n'
    yield "json-csv.json", b'[{"hostname": "web"}]\nhostname,os\nweb,RHEL\n'
    yield "xml-dot.dot", b"<graphml>digraph { a -> b }</graphml>"
    yield "shell.csv", b"#!/bin/sh\ntouch /tmp/attack\n" + TABLE
    yield "rtf.csv", b"{\\rtf1 " + b"\\a{" * 100_000
    yield "svg.csv", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'>" + b"<g>" * 99_999
    yield "compound-zip.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + archive


@kind("nothing")
def nothing() -> Made:
    yield "empty.csv", b""
    yield "blank.csv", b" \n\t\r\n" * 200_000
    yield "newline.csv", b"\n"
    yield "newlines.csv", b"hostname,os" + b"\n" * 200_000 + b"web,RHEL 8"
    yield "mark.csv", b"\xef\xbb\xbf"
    yield "nonbreaking.csv", "\u00a0\u2028\u3000".encode() * 50_000
    yield "noise.bin", bytes((at * at * 7 + at * 13) % 251 for at in range(500_000))
