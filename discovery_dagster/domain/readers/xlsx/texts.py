"""Texts of a workbook: those that its cells share, and what stands escaped in any of them."""

import html
import re
from typing import Final

import numpy as np
import polars as pl

from discovery_dagster.domain.readers.xlsx.scanning import (
    Mask,
    Positions,
    UnusualXmlError,
    Values,
    Xml,
)
from discovery_dagster.domain.readers.xlsx.tags import Tags

_PRESERVED: Final = len('<t xml:space="preserve">')
_RUN: Final = re.compile(rb"<t(?:\s[^<>]*)?>([^<]*)</t>")
_PHONETIC: Final = re.compile(rb"<rPh\b.*?(?:</rPh>|\Z)", re.DOTALL)
#: How Office writes characters that XML cannot hold [MS-OI29500, ST_Xstring].
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def shared_texts(tags: Tags) -> pl.Series:
    """Return the shared texts in their order; runs of formatted text are joined.

    Raises:
        UnusualXmlError: when the document is written in another way than programs do.
    """
    items = (tags.first == ord("s")) & (tags.second == ord("i"))
    runs = text_tags(tags)
    of_item = np.cumsum(items)[runs] - 1
    starts, ends = text_spans(tags, np.flatnonzero(runs))
    count = int(items.sum())
    texts = pl.Series([""], dtype=pl.String).new_from_index(0, count)
    if not count:
        return texts
    per_item = np.bincount(of_item, minlength=count)
    single = per_item[of_item] == 1
    positions = pl.Series(of_item[single].astype(np.uint32))
    texts = _put(texts, positions, unescaped(_texts(tags.xml, starts[single], ends[single])))
    several = np.flatnonzero(per_item > 1)
    if len(several):
        begins = np.append(tags.begins(items), len(tags.xml.data))
        joined = [_joined(tags.xml.data[begins[at] : begins[at + 1]]) for at in several]
        texts = _put(texts, pl.Series(several.astype(np.uint32)), unescaped(pl.Series(joined)))
    return texts


def text_tags(tags: Tags) -> Mask:
    """Whether each tag opens a text: `<t>` or `<t xml:space=…>`; an empty `<t/>` opens none."""
    texts: Mask = (tags.first == ord("t")) & ((tags.second == ord(">")) | (tags.second == ord(" ")))
    return texts


def text_spans(tags: Tags, chosen: Positions) -> tuple[Positions, Positions]:
    """Where the texts begin and end that the tags with these numbers open.

    Raises:
        UnusualXmlError: when a tag has another attribute than the usual one.
    """
    opened = tags.begins(chosen)
    plain = tags.second[chosen] == ord(">")
    starts = opened + np.where(plain, len("<t>"), _PRESERVED)
    if bool((tags.xml.bytes_[starts - 1] != ord(">")).any()):
        raise UnusualXmlError("a text with other attributes")
    return starts, tags.ends(chosen, "t")


def unescaped(texts: pl.Series) -> pl.Series:
    """Return `texts` with entities and Office's own escapes replaced."""
    marked = texts.str.contains("&", literal=True) | texts.str.contains("_x", literal=True)
    if not marked.any():
        return texts
    distinct = texts.filter(marked).unique()
    plain = [_ESCAPED.sub(_character, html.unescape(text)) for text in distinct.to_list()]
    return texts.zip_with(~marked, texts.replace(distinct, pl.Series(plain, dtype=pl.String)))


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _joined(item: bytes) -> str:
    return b"".join(_RUN.findall(_PHONETIC.sub(b"", item))).decode()


def _texts(xml: Xml, starts: Positions, ends: Positions) -> pl.Series:
    return xml.texts(Values.at(xml, starts, ends))


def _put(texts: pl.Series, at: pl.Series, values: pl.Series) -> pl.Series:
    if len(at) == len(texts):
        return values
    source = np.zeros(len(texts), dtype=np.uint32)
    source[at.to_numpy()] = np.arange(len(at), dtype=np.uint32) + len(texts)
    kept = source == 0
    source[kept] = np.flatnonzero(kept)
    return pl.concat([texts, values]).gather(pl.Series(source))
