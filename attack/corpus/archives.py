"""Zip archives: bombs, lies about sizes, names that lead elsewhere, and what is locked."""

import io
import struct
import zipfile
from collections.abc import Mapping

from attack.corpus.kinds import Made, kind

MIB = 1024**2
TABLE = b"hostname,os\nweb,RHEL 8\n"
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def zipped(members: Mapping[str, bytes], packed: bool = True) -> bytes:
    """Return a zip of `members`."""
    content = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def _zeros(name: str, mebibytes: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", method, compresslevel=1) as archive,
        archive.open(name, "w") as member,
    ):
        member.write(b"hostname,os\n")
        for _ in range(mebibytes):
            member.write(b"0" * MIB)
    return content.getvalue()


def _with_central(content: bytes, offset: int, value: bytes) -> bytes:
    """Change a field of the first entry of the directory."""
    at = content.index(_CENTRAL) + offset
    return content[:at] + value + content[at + len(value) :]


@kind("zip bombs")
def bombs() -> Made:
    yield "bomb.zip", _zeros("a.csv", 256)
    yield "bomb-small.zip", _zeros("a.csv", 15)
    yield "bomb-bzip2.zip", _zeros("a.csv", 128, zipfile.ZIP_BZIP2)
    yield "bomb-lzma.zip", _zeros("a.csv", 64, zipfile.ZIP_LZMA)
    lines = b"hostname,os\n" + b"a,b\n" * 3_500_000
    yield "lines.zip", zipped({"a.csv": lines})
    wide = b"hostname," + b",".join(b"c%d" % at for at in range(4_000)) + b"\n"
    yield "wide.zip", zipped({f"{at}.csv": wide + b"a\n" * 9_000 for at in range(20)})
    yield "members.zip", zipped({f"{at}.csv": TABLE for at in range(5_000)})
    yield "members-most.zip", zipped({f"{at}.csv": b"hostname\ns%d\n" % at for at in range(999)})


@kind("archives in archives")
def nested() -> Made:
    content = zipped({"a.csv": TABLE})
    for _ in range(30):
        content = zipped({"inner.zip": content})
    yield "nested.zip", content
    yield "nested-wide.zip", zipped({f"{at}.zip": zipped({"a.csv": TABLE}) for at in range(500)})
    yield "nested-bomb.zip", zipped({"a.zip": _zeros("a.csv", 256), "a.csv": TABLE})
    yield "nested-named.zip", zipped({"a.csv": zipped({"b.csv": TABLE})})


@kind("lies about sizes")
def lies() -> Made:
    honest = zipped({"a.csv": b"hostname,os\n" + b"a,b\n" * 100_000})
    for name, size in (("none", 0), ("small", 10), ("large", 2**31), ("most", 2**32 - 1)):
        yield f"size-{name}.zip", _with_central(honest, 24, struct.pack("<I", size))
        yield f"packed-{name}.zip", _with_central(honest, 20, struct.pack("<I", size))
    yield "offset.zip", _with_central(honest, 42, struct.pack("<I", 2**31))
    yield "method.zip", _with_central(honest, 10, struct.pack("<H", 99))
    overlapping = zipped({"a.csv": b"0" * MIB, "b.csv": b"1" * MIB})
    second = overlapping.rindex(_CENTRAL) + 42
    yield "overlap.zip", overlapping[:second] + bytes(4) + overlapping[second + 4 :]


@kind("repeated members")
def repeated() -> Made:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for at in range(100):
            archive.writestr(zipfile.ZipInfo("a.csv"), TABLE + b"s%d,x\n" % at)
    yield "same-name.zip", content.getvalue()
    yield "same-content.zip", zipped({f"{at}.csv": TABLE for at in range(900)})
    yield "folders.zip", zipped({f"{'d/' * at}": b"" for at in range(1, 500)} | {"a.csv": TABLE})


@kind("names that lead elsewhere")
def elsewhere() -> Made:
    for at, name in enumerate(("../../../../tmp/attack-a.csv", "/tmp/attack-b.csv", "C:\\a.csv",
                               "a\x01b.csv", "\x1b[2J.csv", "a" * 60_000, "..", "con.csv",
                               "\u202egnp.csv", "a/../../b.csv")):  # fmt: skip
        yield f"name-{at}.zip", zipped({name: TABLE})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, target in (("link.csv", b"/etc/passwd"), ("device.csv", b"/dev/zero")):
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            archive.writestr(link, target)
    yield "links.zip", content.getvalue()
    yield "zero-name.zip", zipped({"abc.csv": TABLE}).replace(b"abc.csv", b"a\0c.csv")


@kind("locked files")
def locked() -> Made:
    plain = zipped({"a.csv": TABLE})
    at = plain.index(_CENTRAL)
    flagged = bytearray(plain)
    flagged[6] |= 1
    flagged[at + 8] |= 1
    yield "locked.zip", bytes(flagged)
    flagged[at + 8] |= 0x41
    yield "locked-strong.zip", bytes(flagged)
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    yield "locked.xlsx", compound + "EncryptedPackage".encode("utf-16-le") + bytes(4_096)
    yield "locked-twice.zip", zipped({"a.xlsx": compound + "EncryptedPackage".encode("utf-16-le")})


@kind("damaged archives")
def damaged() -> Made:
    honest = zipped({"a.csv": TABLE * 1_000})
    for share in (0.01, 0.3, 0.6, 0.9, 0.99):
        yield f"cut-{int(share * 100)}.zip", honest[: int(len(honest) * share)]
    yield "prefix.zip", b"PK\x03\x04" + bytes(MIB) + honest
    yield "comment.zip", honest[:-2] + b"\xff\xff" + b"PK\x05\x06" * 16_384
    yield "checksum.zip", _with_central(honest, 16, b"\0\0\0\0")
    yield "directory.zip", honest[:-22] + b"PK\x05\x06" + b"\xff" * 18
    yield "zip64.zip", honest[:-22] + b"PK\x06\x07" + b"\xff" * 16 + honest[-22:]
    yield "marks.zip", _LOCAL * 200_000
