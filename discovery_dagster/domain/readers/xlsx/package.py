"""The parts of an XLSX workbook: its sheets in order, and what their cells refer to.

Parts are read in pieces of bounded size; what a part declares of itself is never believed.
"""

import re
import zipfile
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from posixpath import join, normpath
from typing import Final

import numpy as np
import polars as pl

from discovery_dagster.domain.readers.concurrency import map_in_order
from discovery_dagster.domain.readers.xlsx.numbers import is_date
from discovery_dagster.domain.readers.xlsx.scanning import SLACK, UnusualXmlError, Xml
from discovery_dagster.domain.readers.xlsx.tags import Tags
from discovery_dagster.domain.readers.xlsx.texts import shared_texts
from discovery_dagster.domain.readers.xlsx.values import Context
from discovery_dagster.domain.readers.xlsx.zeros import zero_shape

#: Bytes of a sheet that are looked at at once: what is made of them stays in the caches.
_PIECE: Final = 1024**2
_SMALL: Final = 16 * 1024**2  # bytes of a part that is read as a whole
_END_OF_ROW: Final = b"</row>"
_END_OF_TEXT: Final = b"</si>"
_ATTRIBUTE: Final = re.compile(r"""(?<![\w:])([\w:]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)')""")
_SHEET, _RELATION = re.compile(r"<sheet\s[^<>]*>"), re.compile(r"<Relationship\s[^<>]*>")


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its name, the part that holds its cells, and whether its author hid it."""

    name: str
    part: str
    hidden: bool


class Part:
    """The part of a worksheet: its rows in pieces, and what stands before and behind them."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """Read up to the rows.

        Raises:
            UnusualXmlError: when the part has no cells where programs put them.
        """
        self._pieces, self._rest = pieces, b""
        head = b""
        for piece in pieces:
            head += piece
            begin = head.find(b"<sheetData")
            if begin >= 0:
                break
            if len(head) > _SMALL:
                raise UnusualXmlError("too much before the cells")
        else:
            raise UnusualXmlError("a sheet without cells")
        self.head = head[:begin]
        self._body = head[head.find(b">", begin) + 1 :]

    def rows(self) -> Iterator[bytes]:
        """Give the rows in pieces that end with one, each with `SLACK` behind."""
        pieces = chain([self._body], self._pieces)
        self._rest = yield from _ending(pieces, _END_OF_ROW, b"</sheetData")

    def behind(self) -> bytes:
        """Return what stands behind the rows, once they are read, up to the end of merged cells.

        Raises:
            UnusualXmlError: when it is too large.
        """
        for piece in self._pieces:
            if b"</mergeCells>" in self._rest:
                break
            if len(self._rest) > _SMALL:
                raise UnusualXmlError("too much behind the cells")
            self._rest += piece
        return self._rest


class Package:
    """An opened workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._book = self._text("xl/workbook.xml")

    def sheets(self) -> list[Sheet]:
        """Return the worksheets in their order, hidden ones too.

        Raises:
            UnusualXmlError: when one names no part.
        """
        relations = {
            attributes["Id"]: attributes["Target"]
            for attributes in _tags(_RELATION, self._text("xl/_rels/workbook.xml.rels"))
            if {"Id", "Target"} <= attributes.keys()
        }
        sheets = []
        for attributes in _tags(_SHEET, self._book):
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), None)
            if relation not in relations or "name" not in attributes:
                raise UnusualXmlError("a sheet without a part")
            target = relations[relation]
            part = target[1:] if target.startswith("/") else normpath(join("xl", target))
            hidden = attributes.get("state", "visible") != "visible"
            sheets.append(Sheet(_plain(attributes["name"]), part, hidden))
        if not sheets:
            raise UnusualXmlError("no sheets")
        return sheets

    def context(self) -> Context:
        """Return what the cells of all sheets refer to."""
        texts = map_in_order(
            lambda piece: shared_texts(Tags.of(Xml.of(piece))),
            _ending(self._pieces("xl/sharedStrings.xml"), _END_OF_TEXT),
        )
        properties = next(iter(_tags(re.compile(r"<workbookPr\s[^<>]*>"), self._book)), {})
        formats = self._number_formats()
        return Context(
            pl.concat([pl.Series([], dtype=pl.String), *texts], rechunk=True),
            np.array([is_date(number, code) for number, code in formats], dtype=np.bool_),
            {
                style: shape
                for style, (_, code) in enumerate(formats)
                if code is not None and (shape := zero_shape(code))
            },
            properties.get("date1904", "0") in {"1", "true"},
        )

    def open(self, sheet: Sheet) -> Part:
        """Open the part of a sheet.

        Raises:
            UnusualXmlError: when the part has no cells where programs put them.
        """
        return Part(self._pieces(sheet.part))

    def _number_formats(self) -> list[tuple[int, str | None]]:
        """The number of each style's format, and its code where it is the workbook's own."""
        styles = self._text("xl/styles.xml")
        codes = {
            attributes["numFmtId"]: _plain(attributes.get("formatCode", ""))
            for attributes in _tags(re.compile(r"<numFmt\s[^<>]*>"), styles)
            if "numFmtId" in attributes
        }
        inside, closed, _ = styles.partition("<cellXfs")[2].partition("</cellXfs>")
        formats = [
            attributes.get("numFmtId", "0")
            for attributes in _tags(re.compile(r"<xf\s[^<>]*>"), inside if closed else "")
        ]
        return [(int(each), codes.get(each)) for each in formats]

    def _text(self, part: str) -> str:
        data = b"".join(self._pieces(part, _SMALL))
        text = data.decode("utf-8-sig")
        if "<!" in text:
            raise UnusualXmlError("a declaration")
        return text

    def _pieces(self, part: str, most: int | None = None) -> Iterator[bytes]:
        try:
            opened = self._archive.open(part)
        except KeyError:
            return
        read = 0
        with opened as file:
            while piece := file.read(_PIECE):
                read += len(piece)
                if most is not None and read > most:
                    raise UnusualXmlError("a part that is too large")
                yield piece


def _ending(
    pieces: Iterable[bytes], end: bytes, stop: bytes | None = None
) -> Generator[bytes, None, bytes]:
    """Cut `pieces` so that each ends with `end`; behind each stands `SLACK`.

    No more is given when `stop` stands behind an `end`; what stands behind the last one is
    returned.
    """
    rest = b""
    for piece in pieces:
        cut = piece.rfind(end) + len(end)
        if cut >= len(end):
            yield b"".join((rest, memoryview(piece)[:cut], bytes(SLACK)))
            rest = piece[cut:]
        else:
            rest += piece
            if len(rest) > _SMALL:
                raise UnusualXmlError("a row or a text that is too large")
            cut = rest.rfind(end) + len(end)  # it may lie across two pieces
            if cut >= len(end):
                yield rest[:cut] + bytes(SLACK)
                rest = rest[cut:]
        if stop is not None and stop in rest:
            break
    return rest


def _tags(pattern: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    for tag in pattern.findall(text):
        yield {name: one or other for name, one, other in _ATTRIBUTE.findall(tag)}


def _plain(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, character)
    return text.replace("&amp;", "&")
