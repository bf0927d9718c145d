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

_VIEW: Final = np.dtype([("length", "<i4"), ("a", "<u4"), ("b", "<u4"), ("c", "<u4")])
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
_LOW: Final = np.uint64(0xFFFFFFFF)
_MASKS: Final = np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], dtype=np.uint64)


class UnusualXmlError(Exception):
    """XML that is written as no common program writes it; another reader has to take it."""


@dataclass(frozen=True)
class Xml:
    """A part of a document, followed by `SLACK` zero bytes."""

    data: bytes
    bytes_: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, data: bytes) -> "Xml":
        """Return the part `data`, which ends with `SLACK` zero bytes."""
        return cls(data, np.frombuffer(data, dtype=np.uint8))

    def words_at(self, positions: Positions) -> Words:
        """The eight bytes from each position on."""
        size = len(self.data) - WORD + 1
        overlapping = np.ndarray((size,), dtype="<u8", buffer=self.data, strides=(1,))
        return overlapping[positions]

    def numbers_at(self, positions: Positions) -> tuple[Numbers, Numbers]:
        """The whole numbers that begin at `positions`; see `numbers_in`."""
        return numbers_in(self.words_at(positions))

    def texts(self, starts: Positions, ends: Positions) -> pl.Series:
        """The texts from `starts` up to `ends` as they stand, entities and all."""
        lengths = ends - starts
        low = self.words_at(starts)
        high = self.words_at(starts + WORD) if len(starts) else low
        views = np.empty(len(starts), dtype=_VIEW)
        views["length"] = lengths
        inline = lengths <= _INLINE
        low = np.where(inline & (lengths < WORD), low & low_bytes(lengths), low)
        views["a"] = (low & _LOW).astype(np.uint32)
        rest = (high & low_bytes(np.clip(lengths - WORD, 0, 4)) & _LOW).astype(np.uint32)
        views["b"] = np.where(inline, (low >> np.uint64(32)).astype(np.uint32), 0)
        views["c"] = np.where(inline, rest, starts.astype(np.uint32))
        array = pa.Array.from_buffers(
            pa.string_view(),
            len(starts),
            [None, pa.py_buffer(views.tobytes()), pa.py_buffer(self.data)],
        )
        array.validate(full=True)  # that all is UTF-8
        return pl.Series(values=array, dtype=pl.String)


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
