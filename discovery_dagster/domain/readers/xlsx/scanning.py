"""Reading the XML of a workbook with NumPy, many places at once, without building a tree of it.

A sheet of 100,000 records has 16 million tags; an XML parser makes an event of each. Here whole
arrays of positions are compared at once. Texts are handed to Polars as views into the XML (Arrow's
string views), so that none is copied before it is needed.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]  # eight bytes each, the first one lowest

#: Bytes behind the last one, so that reading eight at any position stays inside.
SLACK: Final = 16
#: Bytes of a word.
WORD: Final = 8

_INLINE: Final = 12  # bytes of a text that its view holds itself
_ONES: Final = 0x0101010101010101
_ZEROS, _TAGS, _LOWEST, _SEVEN_BITS, _TO_HIGH_BIT, _HIGH_BITS = (
    np.uint64(byte * _ONES) for byte in (ord("0"), ord("<"), 1, 0x7F, 0x76, 0x80)
)
_ONE: Final = np.uint64(1)
_FOLDS: Final = (
    (np.uint64(10 * 2**8 + 1), np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(100 * 2**16 + 1), np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(10_000 * 2**32 + 1), np.uint64(32), np.uint64(0xFFFFFFFF)),
)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_MASKS: Final = np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], dtype=np.uint64)


class UnusualXmlError(Exception):
    """XML that is written as no common program writes it; another reader has to take it."""


@dataclass(frozen=True)
class Xml:
    """A part of a document, followed by `SLACK` zero bytes."""

    data: bytes
    bytes_: npt.NDArray[np.uint8]
    is_ascii: bool

    @classmethod
    def of(cls, data: bytes) -> "Xml":
        """Return the part `data`, which ends with `SLACK` zero bytes."""
        return cls(data, np.frombuffer(data, dtype=np.uint8), data.isascii())

    def words_at(self, positions: Positions) -> Words:
        """The eight bytes from each position on."""
        size = len(self.data) - WORD + 1
        overlapping = np.ndarray((size,), dtype="<u8", buffer=self.data, strides=(1,))
        return overlapping[positions]

    def texts(self, values: "Values") -> pl.Series:
        """The texts of `values` as they stand, entities and all."""
        low, lengths = values.low, values.lengths
        long = lengths > _INLINE
        views = np.empty((len(low), 2), dtype=np.uint64)
        kept = low & low_bytes(lengths)
        rest = values.high & low_bytes(np.minimum(lengths, _INLINE) - WORD)
        if long.any():
            kept = np.where(long, low & _LOW, kept)
            rest = np.where(long, values.starts.astype(np.uint64), rest)
        # Length and four bytes; then eight more, or the buffer's number and the place in it.
        np.bitwise_or(lengths.astype(np.uint64), kept << _HALF, out=views[:, 0])
        np.bitwise_or(kept >> _HALF, rest << _HALF, out=views[:, 1])
        array = pa.Array.from_buffers(
            pa.string_view(), len(low), [None, pa.py_buffer(views), pa.py_buffer(self.data)]
        )
        array.validate(full=not self.is_ascii)  # that all is UTF-8
        return pl.Series(values=array, dtype=pl.String)


@dataclass(frozen=True)
class Values:
    """Texts of a part of a document: where they begin, and their first and second words."""

    starts: Positions
    lengths: Positions
    low: Words
    high: Words

    @classmethod
    def at(cls, xml: Xml, starts: Positions, ends: Positions, low: Words | None = None) -> "Values":
        """Return the texts from `starts` up to `ends`; `low` are their first words, if known."""
        low = xml.words_at(starts) if low is None else low
        return cls(starts, ends - starts, low, xml.words_at(starts + WORD))


def low_bytes(lengths: npt.NDArray[Any]) -> Words:
    """Masks that keep the lowest bytes, as many as `lengths` says, eight at most."""
    chosen: Words = _MASKS[np.clip(lengths, 0, WORD)]
    return chosen


def up_to_tag(words: Words) -> Numbers:
    """How many bytes of each word stand before its first `<`; eight where it has none."""
    others = words ^ _TAGS
    # The high bit of the first zero byte, and of nothing below it.
    return _below((others - _LOWEST) & ~others & _HIGH_BITS)


def digits_in(words: Words) -> Numbers:
    """With how many digits each word begins."""
    digits = words ^ _ZEROS
    return _below((((digits & _SEVEN_BITS) + _TO_HIGH_BIT) | digits) & _HIGH_BITS)


def numbers_in(words: Words) -> tuple[Numbers, Numbers]:
    """The whole numbers that words begin with, and how many digits each has.

    Raises:
        UnusualXmlError: for one of eight digits or more, or of none.
    """
    lengths = digits_in(words)
    if bool((lengths == WORD).any()) or bool((lengths == 0).any()):
        raise UnusualXmlError("a number that is none or too long")
    # Eight digits, with zeros before them, are put together by pairs, fours and all.
    digits = (words ^ _ZEROS) << ((WORD - lengths) * 8).astype(np.uint64)
    for factor, shift, mask in _FOLDS:
        digits = ((digits * factor) >> shift) & mask
    return digits.astype(np.int32), lengths


def _below(marks: Words) -> Numbers:
    """How many bytes stand below the lowest bit that is set; eight where none is."""
    below = (marks & (~marks + _ONE)) - _ONE
    return (np.bitwise_count(below) >> 3).astype(np.int32)
