"""The tags of a piece of XML: where each opens and closes, whatever they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from discovery_dagster.domain.readers.xlsx.scanning import Mask, Positions, UnusualXmlError, Xml


@dataclass(frozen=True)
class Tags:
    """The opening tags of `xml`, and where closing ones begin."""

    xml: Xml
    opens: Positions
    first: npt.NDArray[np.uint8]  # the byte behind each `<`
    second: npt.NDArray[np.uint8]  # and the next
    closing: Mask  # whether the byte at each position begins a closing tag

    @classmethod
    def of(cls, xml: Xml) -> "Tags":
        """Find the tags of `xml`.

        Raises:
            UnusualXmlError: for comments, CDATA and declarations inside.
        """
        array = xml.bytes_
        tags, slashes = array[:-2] == ord("<"), array[1:-1] == ord("/")
        opens = np.flatnonzero(tags & ~slashes)
        size = len(xml.data) - 1
        behind = np.ndarray((size,), dtype="<u2", buffer=xml.data, strides=(1,))[opens + 1]
        first = behind.astype(np.uint8)
        if bool((first == ord("!")).any()):
            raise UnusualXmlError("a comment, CDATA or declaration")
        return cls(xml, opens, first, (behind >> 8).astype(np.uint8), tags & slashes)

    def begins(self, chosen: Mask | Positions) -> Positions:
        """Where the opening tags begin that `chosen` picks, by a mask or by their numbers."""
        return self.opens[chosen]

    def ends(self, chosen: Positions, name: str) -> Positions:
        """Where the texts end that the opening tags with these numbers, called `name`, begin.

        Raises:
            UnusualXmlError: when another tag stands inside one of them.
        """
        closes = np.flatnonzero(self.closing & (self.xml.bytes_[2:] == ord(name)))
        starts = self.opens[chosen]
        if len(closes) != len(starts):
            places = np.searchsorted(closes, starts)
            if bool((places == len(closes)).any()):
                raise UnusualXmlError("a tag that is not closed")
            closes = closes[places]
        following = np.append(self.opens, len(self.xml.data))[chosen + 1]
        if bool(((closes < starts) | (closes > following)).any()):
            raise UnusualXmlError("a tag inside a text")
        return closes
