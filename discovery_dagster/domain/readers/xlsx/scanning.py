"""Finding tags and texts in the XML of a workbook with NumPy, without building a tree of it.

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

#: Bytes behind the last one, so that reading eight at any position stays inside.
SLACK: Final = 16

_VIEW: Final = np.dtype([("length", "<i4"), ("a", "<u4"), ("b", "<u4"), ("c", "<u4")])
_INLINE: Final = 12  # bytes of a text that its view holds itself
_DIGITS: Final = 8
_ZEROS, _SEVEN_BITS, _TO_HIGH_BIT, _HIGH_BITS = (
    np.uint64(byte * 0x0101010101010101) for byte in (ord("0"), 0x7F, 0x76, 0x80)
)
_FOLDS: Final = (
    (np.uint64(10 * 2**8 + 1), np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(100 * 2**16 + 1), np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(10_000 * 2**32 + 1), np.uint64(32), np.uint64(0xFFFFFFFF)),
)
_LOW: Final = np.uint64(0xFFFFFFFF)


class UnusualXmlError(Exception):
    """XML that is written as no common program writes it; another reader has to take it."""


@dataclass(frozen=True)
class Xml:
    """A part of a document, followed by `SLACK` zero bytes, and the positions of its tags."""

    data: bytes
    bytes_: npt.NDArray[np.uint8]
    opens: Positions  # of each `<` that begins no closing tag
    first: npt.NDArray[np.uint8]  # the byte behind each of them
    second: npt.NDArray[np.uint8]  # and the next
    closing: Mask  # whether the byte at each position begins a closing tag

    @classmethod
    def scan(cls, data: bytes) -> "Xml":
        """Find the tags of `data`, which ends with `SLACK` zero bytes.

        Raises:
            UnusualXmlError: for comments, CDATA and declarations inside.
        """
        array = np.frombuffer(data, dtype=np.uint8)
        tags, slashes = array[:-2] == ord("<"), array[1:-1] == ord("/")
        opens = np.flatnonzero(tags & ~slashes)
        behind = np.ndarray((len(data) - 1,), dtype="<u2", buffer=data, strides=(1,))[opens + 1]
        first = behind.astype(np.uint8)
        if bool((first == ord("!")).any()):
            raise UnusualXmlError("a comment, CDATA or declaration")
        return cls(data, array, opens, first, (behind >> 8).astype(np.uint8), tags & slashes)

    def begins(self, chosen: Mask | Positions) -> Positions:
        """Where the opening tags begin that `chosen` picks, by a mask or by their numbers."""
        return self.opens[chosen]

    def ends(self, chosen: Positions, name: str) -> Positions:
        """Where the texts end that the opening tags with these numbers, called `name`, begin.

        Raises:
            UnusualXmlError: when another tag stands inside one of them.
        """
        closes = np.flatnonzero(self.closing & (self.bytes_[2:] == ord(name)))
        starts = self.opens[chosen]
        if len(closes) != len(starts):
            places = np.searchsorted(closes, starts)
            if bool((places == len(closes)).any()):
                raise UnusualXmlError("a tag that is not closed")
            closes = closes[places]
        following = np.append(self.opens, len(self.data))[chosen + 1]
        if bool(((closes < starts) | (closes > following)).any()):
            raise UnusualXmlError("a tag inside a text")
        return closes

    def words_at(self, positions: Positions) -> npt.NDArray[np.uint64]:
        """The eight bytes from each position on, the first one lowest."""
        size = len(self.data) - 7
        overlapping = np.ndarray((size,), dtype="<u8", buffer=self.data, strides=(1,))
        return overlapping[positions]

    def numbers_at(self, positions: Positions) -> tuple[Numbers, Numbers]:
        """The whole numbers that begin at `positions`, and how many digits each has.

        Raises:
            UnusualXmlError: for one of eight digits or more, or of none.
        """
        digits = self.words_at(positions) ^ _ZEROS
        # The high bit of each byte that is no digit; the bits below the lowest are counted.
        others = (((digits & _SEVEN_BITS) + _TO_HIGH_BIT) | digits) & _HIGH_BITS
        below = (others & (~others + np.uint64(1))) - np.uint64(1)
        lengths = (np.bitwise_count(below) >> 3).astype(np.int32)
        if bool((others == 0).any()) or bool((lengths == 0).any()):
            raise UnusualXmlError("a number that is none or too long")
        # Eight digits, with zeros before them, are put together by pairs, fours and all.
        digits = digits << ((_DIGITS - lengths) * 8).astype(np.uint64)
        for factor, shift, mask in _FOLDS:
            digits = ((digits * factor) >> shift) & mask
        return digits.astype(np.int32), lengths

    def texts(self, starts: Positions, ends: Positions) -> pl.Series:
        """The texts from `starts` up to `ends` as they stand, entities and all."""
        lengths = ends - starts
        low = self.words_at(starts)
        high = self.words_at(starts + 8) if len(starts) else low
        views = np.empty(len(starts), dtype=_VIEW)
        views["length"] = lengths
        inline = lengths <= _INLINE
        low = np.where(inline & (lengths < 8), low & low_bytes(lengths), low)
        views["a"] = (low & _LOW).astype(np.uint32)
        rest = (high & low_bytes(np.clip(lengths - 8, 0, 4)) & _LOW).astype(np.uint32)
        views["b"] = np.where(inline, (low >> np.uint64(32)).astype(np.uint32), 0)
        views["c"] = np.where(inline, rest, starts.astype(np.uint32))
        array = pa.Array.from_buffers(
            pa.string_view(),
            len(starts),
            [None, pa.py_buffer(views.tobytes()), pa.py_buffer(self.data)],
        )
        array.validate(full=True)  # that all is UTF-8
        return pl.Series(values=array, dtype=pl.String)


def low_bytes(lengths: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Masks that keep the lowest bytes, as many as `lengths` says, eight at most."""
    masks = np.array([(1 << (8 * size)) - 1 for size in range(9)], dtype=np.uint64)
    chosen: npt.NDArray[np.uint64] = masks[np.clip(lengths, 0, 8)]
    return chosen
