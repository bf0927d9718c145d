"""Tables that Excel opens, too: pages of HTML, SpreadsheetML and OpenDocument spreadsheets."""

import io
import zipfile

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of


def cells(table):
    return [table.header, *(tuple(record[3]) for record in records_of(table))]


PAGE = """<html><head><style>td {}</style></head><body><h2>Server report</h2>
<table border=1><tr><th>Server<th>IP&nbsp;Address<th>Site</tr>
<tr><td>rook01<td>10.20.17.1<td rowspan=2>Bern</tr>
<tr><td>rook<b>02</b></td><td>10.20.17.2 &amp; 3</td></tr></table>
<table><tr><td>Printed by nobody</td></tr></table></body></html>"""


def test_a_table_of_a_page_is_a_sheet_whose_merged_cells_count_for_all_rows(tmp_path):
    reading = reading_of(tmp_path, PAGE)
    (table,) = reading.tables
    assert (reading.container, table.sheet) == ("html", "Server report")
    assert cells(table) == [
        ("Server", "IP Address", "Site"),
        ("rook01", "10.20.17.1", "Bern"),
        ("rook02", "10.20.17.2 & 3", "Bern"),
    ]


@pytest.mark.parametrize(
    "around",
    [
        "<table><tr><td>menu</td><td>{}</td></tr></table>",  # that only lays it out
        "<!DOCTYPE html>\n<HTML><BODY>{}</BODY></HTML>",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body>{}</body></html>",
        "{}<script>if (a < b) document.write('<td>x</td>')</script>",
    ],
)
def test_only_tables_of_records_are_read_whatever_is_around_them(tmp_path, around):
    inner = "<table><tr><td>host</td><td>ip</td></tr><tr><td>a1</td><td>10.0.0.1</td></tr></table>"
    (table,) = reading_of(tmp_path, around.format(inner)).tables
    assert cells(table) == [("host", "ip"), ("a1", "10.0.0.1")]


def workbook(rows, more=""):
    return f"""<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Estate"><Table>
{rows}</Table>{more}</Worksheet></Workbook>"""


def row(*texts):
    data = (f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in texts)
    return f"<Row>{''.join(data)}</Row>"


def test_a_workbook_in_xml_has_its_sheets_rows_and_gaps(tmp_path):
    gap = '<Row ss:Index="4"><Cell ss:Index="2"><Data ss:Type="String">10.0.0.2</Data></Cell></Row>'
    text = workbook(row("host", "ip") + row("a1", "10.0.0.1") + gap)
    (table,) = reading_of(tmp_path, text).tables
    assert (table.sheet, table.header) == ("Estate", ("host", "ip"))
    assert [(line, tuple(records)) for line, outcome, _, records in records_of(table)] == [
        (2, ("a1", "10.0.0.1")),
        (3, (None, None)),
        (4, (None, "10.0.0.2")),
    ]


@pytest.mark.parametrize(
    "text",
    [
        workbook('<Row ss:Index="999999999"><Cell/></Row>'),
        workbook('<Row><Cell ss:Index="99999"/></Row>'),
        workbook('<Row><Cell ss:MergeAcross="99999"/></Row>'),
        "<table><tr><td colspan=60000>a</td></tr></table>",
    ],
)
def test_cells_far_away_are_refused_before_there_is_room_for_them(tmp_path, text):
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, text, Limits(sheet_cells=1_000_000))
    assert refused.value.code == "limit_exceeded"


def test_a_page_without_a_table_says_what_it_is(tmp_path):
    with pytest.raises(UnreadableFileError, match="web page"):
        reading_of(tmp_path, "<!DOCTYPE html><html><body>Sign in</body></html>")


def open_document(*rows):
    body = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
            for cell in cells
        )
        + "</table:table-row>"
        for cells in rows
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Estate">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"/>',
        )
    return packed.getvalue()


def test_an_opendocument_spreadsheet_is_a_workbook(tmp_path):
    reading = reading_of(tmp_path, open_document(("host", "ip"), ("a1", "10.0.0.1")))
    (table,) = reading.tables
    assert (reading.container, table.sheet) == ("ods", "Estate")
    assert cells(table) == [("host", "ip"), ("a1", "10.0.0.1")]
