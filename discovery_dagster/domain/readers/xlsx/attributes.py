"""What the tag of a cell says beside its place: the type of its value, and its style."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from discovery_dagster.domain.readers.xlsx.scanning import (
    Numbers,
    Positions,
    UnusualXmlError,
    Xml,
    numbers_in,
)

#: Types of cells [ECMA-376, ST_CellType], and that of formulas whose value no program stored.
SHARED, STRING, NUMBER, BOOLEAN, ERROR, DATE, INLINE, FORMULA = range(8)

Types = npt.NDArray[np.int8]

_ATTRIBUTES: Final = 3  # of a cell behind its reference, and one more to see the end
#: Types by their first two bytes, and the length of their names.
_TYPES: Final = {
    b's"': (SHARED, 1),
    b"st": (STRING, 3),
    b'n"': (NUMBER, 1),
    b'b"': (BOOLEAN, 1),
    b'e"': (ERROR, 1),
    b'd"': (DATE, 1),
    b"in": (INLINE, 9),
}
#: The attribute of a cell that has no other, and the end of its tag.
_SHARED_ONLY: Final = np.uint64(int.from_bytes(b' t="s">', "little"))
_SHARED_MASK: Final = np.uint64((1 << 56) - 1)
_LENGTH: Final = len(' t="s"')


@dataclass(frozen=True)
class Attributes:
    """Types and styles of cells, and the position behind them: of `>` or `/>`."""

    types: Types
    styles: Numbers
    behind: Positions


def read_attributes(xml: Xml, behind: Positions) -> Attributes:
    """Read what stands behind the references of cells.

    Most have nothing, or only say that their text is shared.

    Raises:
        UnusualXmlError: when tags have attributes that programs do not write.
    """
    words = xml.words_at(behind)
    shared = (words & _SHARED_MASK) == _SHARED_ONLY
    attributes = Attributes(
        np.where(shared, np.int8(SHARED), np.int8(NUMBER)),
        np.zeros(len(behind), dtype=np.int32),
        behind + shared * _LENGTH,
    )
    going = np.flatnonzero(~shared & ((words & np.uint64(0xFF)) != ord(">")))
    for _ in range(_ATTRIBUTES):
        at = attributes.behind[going]
        more = (xml.bytes_[at] == ord(" ")) & (xml.bytes_[at + 1] != ord("/"))
        going, at = going[more], at[more]
        if not len(going):
            return attributes
        name = xml.bytes_[at + 1]
        style, kind = name == ord("s"), name == ord("t")
        if not bool((style | kind).all()):
            raise UnusualXmlError("a cell with other attributes")
        numbers, digits = numbers_in(xml.words_at(at[style] + len(' s="')))
        attributes.styles[going[style]] = numbers
        attributes.behind[going[style]] = at[style] + len(' s=""') + digits
        _read_types(xml, attributes, going[kind], at[kind] + len(' t="'))
    raise UnusualXmlError("a cell with too many attributes")


def _read_types(xml: Xml, attributes: Attributes, cells: Positions, at: Positions) -> None:
    codes = (xml.words_at(at) & np.uint64(0xFFFF)).astype(np.int64)
    known = np.zeros(len(cells), dtype=np.bool_)
    for code, (kind, length) in _TYPES.items():
        of_kind = codes == int.from_bytes(code, "little")
        known |= of_kind
        attributes.types[cells[of_kind]] = kind
        attributes.behind[cells[of_kind]] = at[of_kind] + length + 1
    if not bool(known.all()):
        raise UnusualXmlError("a cell of another type")
