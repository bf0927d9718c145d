"""Workbooks: cells in far corners, texts that are repeated, parts that are not what they say."""

import io
import struct
import zipfile
from functools import cache

import xlsxwriter

from attack.corpus.archives import zipped
from attack.corpus.kinds import Made, kind

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROWS = [["Hostname", "OS"], ["web", "RHEL 8"], ["db", "SLES 15"]]


@cache
def _parts(sheets: int = 1) -> dict[str, bytes]:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for _ in range(sheets):
            page = book.add_worksheet()
            for at, row in enumerate(ROWS):
                page.write_row(at, 0, row)
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _book(changed: dict[str, str | bytes], sheets: int = 1) -> bytes:
    encoded = {
        name: data if isinstance(data, bytes) else data.encode() for name, data in changed.items()
    }
    return zipped(_parts(sheets) | encoded)


def _sheet(rows: str, before: str = "", behind: str = "") -> str:
    return (
        f'<?xml version="1.0"?><worksheet {NAMESPACE}>{before}<sheetData>{rows}</sheetData>{behind}'
        "</worksheet>"
    )


def _cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = f'<row r="1">{_cell("A1", "Hostname")}{_cell("B1", "OS")}</row>'
CORNER = f'<row r="1048576">{_cell("XFD1048576", "web")}</row>'


def _unusual(sheet: str) -> str:
    """The same sheet, written so that the library has to read it."""
    return sheet.replace("<sheetData>", "<!-- a --><sheetData>").replace(
        "<row", "<!-- b --><row", 1
    )


def _with_part_named(part: str, sheet: str) -> bytes:
    """A workbook whose sheet stands in a part of this name."""
    parts = dict(_parts())
    del parts[SHEET]
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b"worksheets/sheet1.xml", part.encode())
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"/xl/worksheets/sheet1.xml", b"/xl/" + part.encode()
    )
    return zipped(parts | {f"xl/{part}": sheet.encode()})


@kind("cells in far corners")
def corners() -> Made:
    far = _sheet(HEADER + CORNER)
    yield "corner.xlsx", _book({SHEET: far})
    yield "corner-comment.xlsx", _book({SHEET: _unusual(far)})
    pad = "<!--" + "worksheet " * 900 + "-->"
    yield "corner-late.xlsx", _book({SHEET: far.replace("<worksheet", pad + "<worksheet")})
    blanks = '<?xml version="1.0"?>' + " " * 9_000
    yield (
        "corner-blanks.xlsx",
        _book({SHEET: _unusual(far).replace('<?xml version="1.0"?>', blanks)}),
    )
    spaced = _unusual(far).replace('r="XFD1048576"', "r = '&#88;FD1048576'")
    yield "corner-entity.xlsx", _book({SHEET: spaced})
    for at, part in enumerate(("worksheets/sheet1.dat", "worksheets/SHEET1.XML", "a", "x.xml.bin")):
        yield f"corner-part-{at}.xlsx", _with_part_named(part, _unusual(far))
        yield f"corner-usual-part-{at}.xlsx", _with_part_named(part, far)
    prefixed = _unusual(far).replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    prefixed = prefixed.replace("<x:!", "<!").replace("xmlns=", "xmlns:x=")
    yield "corner-prefix.xlsx", _book({SHEET: prefixed})
    yield "corner-unplaced.xlsx", _book({SHEET: _unusual(_sheet(
        HEADER + '<row r="1048576">' + "<c><v>1</v></c>" * 16_384 + "</row>"))})  # fmt: skip
    utf16 = _unusual(far).replace('version="1.0"', 'version="1.0" encoding="utf-16"')
    yield "corner-utf16.xlsx", _book({SHEET: utf16.encode("utf-16")})


@kind("many sheets with far cells")
def many_sheets() -> Made:
    below = _sheet(HEADER + f'<row r="1048576">{_cell("AT1048576", "web")}</row>')
    parts = {f"xl/worksheets/sheet{at}.xml": below for at in range(1, 31)}
    yield "sheets-far.xlsx", _book(parts, 30)
    yield (
        "sheets-far-unusual.xlsx",
        _book({name: _unusual(sheet) for name, sheet in parts.items()}, 30),
    )
    yield "sheets-many.xlsx", _book({}, 800)
    book = _parts()["xl/workbook.xml"].decode()
    same = "".join(f'<sheet name="s{at}" sheetId="{at + 2}" r:id="rId1"/>' for at in range(3_000))
    yield (
        "sheets-same.xlsx",
        _book({"xl/workbook.xml": book.replace("</sheets>", same + "</sheets>")}),
    )
    yield (
        "sheets-same-far.xlsx",
        _book({"xl/workbook.xml": book.replace("</sheets>", same + "</sheets>"), SHEET: below}),
    )


@kind("sparse sheets")
def sparse() -> Made:
    def letters(number: int) -> str:
        name = ""
        while number:
            number, last = divmod(number - 1, 26)
            name = chr(65 + last) + name
        return name

    diagonal = "".join(f'<row r="{at}">{_cell(f"{letters(at)}{at}", "x")}</row>'
                       for at in range(2, 4_000))  # fmt: skip
    yield "diagonal.xlsx", _book({SHEET: _sheet(HEADER + diagonal)})
    yield "diagonal-unusual.xlsx", _book({SHEET: _unusual(_sheet(HEADER + diagonal))})
    last = f'<row r="1048576">{_cell("A1048576", "web")}</row>'
    yield "last-row.xlsx", _book({SHEET: _sheet(HEADER + last)})
    wide = "".join(_cell(f"{letters(at)}2", "x") for at in range(1, 16_385))
    yield "columns-16k.xlsx", _book({SHEET: _sheet(HEADER + f'<row r="2">{wide}</row>')})
    beyond = "".join(_cell(f"{letters(at)}2", "x") for at in range(1, 100_001))
    yield "columns-100k.xlsx", _book({SHEET: _sheet(HEADER + f'<row r="2">{beyond}</row>')})
    last = f'<row r="4294967295">{_cell("A4294967295", "x")}</row>'
    yield "rows-beyond.xlsx", _book({SHEET: _sheet(HEADER + last)})
    huge = f'<row r="2">{_cell("ZZZZZZ99999999999", "x")}</row>'
    yield "place-beyond.xlsx", _book({SHEET: _sheet(HEADER + huge)})
    backwards = "".join(f'<row r="{at}">{_cell(f"A{at}", "x")}</row>' for at in range(9_999, 1, -1))
    yield "backwards.xlsx", _book({SHEET: _sheet(HEADER + backwards)})


@kind("texts of a workbook, repeated")
def repeated_texts() -> Made:
    def texts(*each: str) -> str:
        items = "".join(f"<si><t>{text}</t></si>" for text in each)
        return f'<?xml version="1.0"?><sst {NAMESPACE}>{items}</sst>'

    for size, number in ((1_000, 500_000), (30_000, 50_000), (900_000, 20_000)):
        cells = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>2</v></c></row>'
                        for at in range(2, number))  # fmt: skip
        head = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
        parts = {SHEET: _sheet(head + cells), TEXTS: texts("Hostname", "OS", "x" * size)}
        yield f"texts-{size}.xlsx", _book(dict(parts))
        yield f"texts-{size}-unusual.xlsx", _book({**parts, SHEET: _unusual(parts[SHEET])})
    yield "text-16m.xlsx", _book({TEXTS: texts("Hostname", "OS", "x" * 16 * 1024**2)})
    yield "texts-many.xlsx", _book({TEXTS: texts(*(["x"] * 1_000_000))})
    runs = "<si>" + "<r><t>x</t></r>" * 500_000 + "</si>"
    yield "runs.xlsx", _book({TEXTS: f"<sst {NAMESPACE}>{runs * 3}</sst>"})
    index = '<row r="2"><c r="A2" t="s"><v>99999999999</v></c></row>'
    yield "index-beyond.xlsx", _book({SHEET: _sheet(HEADER + index)})


@kind("cells of a workbook")
def cells() -> Made:
    for at, cell in enumerate((
        _cell("A2", "x" * 16 * 1024**2), '<c r="A2"><f>' + "(" * 200_000 + "</f><v>1</v></c>",
        '<c r="A2"><v>' + "9" * 500_000 + "</v></c>", '<c r="A2" t="d"><v>9999-99-99</v></c>',
        '<c r="A2" t="e"><v>#' + "N" * 100_000 + "</v></c>", '<c r="A2" s="99999999"><v>1</v></c>',
        '<c r="A2" t="b"><v>7</v></c>', _cell("A2", "&#0;&#xD800;&#x110000;"), '<c r="A2"><v>1e999'
        "</v></c>", '<c r="A2" t="str"><f>HYPERLINK("x")</f><v>=cmd|x!A1</v></c>',
        _cell("A2", "_x0000__xD800_" * 50_000),
    )):  # fmt: skip
        sheet = _sheet(HEADER + f'<row r="2">{cell}</row>')
        yield f"cell-{at}.xlsx", _book({SHEET: sheet})
        yield f"cell-{at}-unusual.xlsx", _book({SHEET: _unusual(sheet)})


@kind("merged cells")
def merged() -> Made:
    def merges(*ranges: str) -> str:
        inside = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
        return f"<mergeCells>{inside}</mergeCells>"

    rows = HEADER + "".join(f'<row r="{at}">{_cell(f"A{at}", "x")}</row>' for at in range(2, 999))
    yield "merge-all.xlsx", _book({SHEET: _sheet(rows, behind=merges("A1:XFD1048576"))})
    yield "merge-below.xlsx", _book({SHEET: _sheet(rows, behind=merges("A2:XFD1048576"))})
    yield "merge-column.xlsx", _book({SHEET: _sheet(rows, behind=merges("A2:A1048576"))})
    yield (
        "merge-overlap.xlsx",
        _book(
            {SHEET: _sheet(rows, behind=merges(*(f"A{at}:B{at + 500}" for at in range(2, 20_000))))}
        ),
    )
    yield "merge-same.xlsx", _book({SHEET: _sheet(rows, behind=merges(*["A2:B900"] * 100_000))})
    yield (
        "merge-bad.xlsx",
        _book({SHEET: _sheet(rows, behind=merges("A0:ZZZZ99999999", "B:A", ""))}),
    )


@kind("XML of a workbook")
def book_xml() -> Made:
    laughs = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    declared = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{laughs}]>'
    outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>'
    for at, head in enumerate((declared, outside)):
        sheet = _sheet(HEADER + f'<row r="2">{_cell("A2", "&e9;")}</row>')
        yield (
            f"entity-sheet-{at}.xlsx",
            _book({SHEET: head + sheet.removeprefix('<?xml version="1.0"?>')}),
        )
        yield (
            f"entity-text-{at}.xlsx",
            _book({TEXTS: f"{head}<sst {NAMESPACE}><si><t>&e9;</t></si></sst>"}),
        )
    yield "deep.xlsx", _book({SHEET: _sheet(HEADER, before="<a>" * 300_000)})
    yield "blanks.xlsx", _book({SHEET: _sheet(HEADER, before=" " * 4_000_000)})
    yield "open.xlsx", _book({SHEET: _sheet(HEADER)[:-30]})
    yield "attributes.xlsx", _book({SHEET: _sheet(f'<row r="1" {"a=" * 200_000}/>')})
    styles = f"<styleSheet {NAMESPACE}>{{}}<cellXfs>{{}}</cellXfs></styleSheet>"
    many = styles.format("", '<xf numFmtId="1"/>' * 500_000)
    yield "styles.xlsx", _book({"xl/styles.xml": many})
    code = "0" * 100_000 + ";" * 100_000
    numbers = f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
    yield "format.xlsx", _book({"xl/styles.xml": styles.format(numbers, '<xf numFmtId="200"/>')})


@kind("parts of a workbook")
def parts() -> Made:
    relations = "xl/_rels/workbook.xml.rels"
    original = _parts()[relations].decode()
    for at, target in enumerate(("../../../etc/passwd", "/etc/passwd", "workbook.xml", "", "_rels",
                                 "http://127.0.0.1:9/x")):  # fmt: skip
        yield (
            f"part-{at}.xlsx",
            _book({relations: original.replace("worksheets/sheet1.xml", target)}),
        )
    yield "no-relations.xlsx", _book({relations: ""})
    yield (
        "many-relations.xlsx",
        _book(
            {
                relations: original.replace(
                    "</Relationships>",
                    '<Relationship Id="x" Target="y"/>' * 100_000 + "</Relationships>",
                )
            }
        ),
    )
    yield (
        "binary.xlsb",
        zipped({"xl/workbook.bin": b"\x83\x01\0" * 9_999, "[Content_Types].xml": b""}),
    )
    bomb = _sheet(HEADER + f'<row r="2">{_cell("A2", "web")}</row>' + " " * 60 * 1024**2)
    yield "bomb.xlsx", _book({SHEET: bomb})
    yield "unused-bomb.xlsx", _book({"xl/media/image1.png": bytes(15 * 1024**2)})
    names = "".join(f'<definedName name="n{at}">A1</definedName>' for at in range(100_000))
    book = _parts()["xl/workbook.xml"].decode()
    yield (
        "names.xlsx",
        _book(
            {
                "xl/workbook.xml": book.replace(
                    "</sheets>", f"</sheets><definedNames>{names}</definedNames>"
                )
            }
        ),
    )


@kind("old workbooks")
def old_workbooks() -> Made:
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4_096, end, 0, end, 0
    )
    honest = (header + struct.pack("<I", 0) + struct.pack("<I", free) * 108).ljust(sector, b"\0")
    table = struct.pack("<128I", 0xFFFFFFFD, end, *range(3, 10), end, *[free] * 118)
    name = "Workbook\0".encode("utf-16-le").ljust(64, b"\0")
    root = "Root Entry\0".encode("utf-16-le").ljust(64, b"\0")
    fixed = "<HBBIII16sIQQIQ"
    directory = root + struct.pack(fixed, 22, 5, 1, free, free, 1, bytes(16), 0, 0, 0, end, 0)
    directory += name + struct.pack(fixed, 18, 2, 1, free, free, free, bytes(16), 0, 0, 0, 2, 4_096)

    def book(records: bytes, head: bytes = honest, fat: bytes = table) -> bytes:
        return head + fat + directory.ljust(sector, b"\0") + records.ljust(4_096, b"\0")

    def record(number: int, content: bytes) -> bytes:
        return struct.pack("<HH", number, len(content)) + content

    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 1997, 0, 0))
    bounds = record(0x85, struct.pack("<I", 44) + b"\0\0\x07\0Servers")
    page = start + bounds + record(0x0A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 1997, 0, 0))
    page = page.ljust(44, b"\0") + sheet
    for at, place in enumerate(((0, 0), (32_639, 32_639), (65_535, 65_535), (65_535, 255))):
        cell = record(0x0203, struct.pack("<HHHd", *place, 0, 1.0)) + record(0x0A, b"")
        yield f"place-{at}.xls", book(page + cell)
    yield "chain.xls", book(page, fat=struct.pack("<128I", *[2] * 128))
    yield "sectors.xls", book(page, head=honest[:44] + b"\xff\xff\xff\xff" + honest[48:])
    yield "small-sectors.xls", book(page, head=honest[:64] + b"\xf0\xff\xff\xff" + honest[68:])
    yield "shift.xls", book(page, head=honest[:30] + b"\xff\xff" + honest[32:])
    yield "records.xls", book(page + record(0xFC, struct.pack("<II", 2**31, 2**31)) * 90)
    yield "nothing.xls", honest
