"""Which encoding a text file is in, and its text.

Nothing here knows about tables; what is no text at all is refused here.
"""

import codecs
import re

from charset_normalizer import from_bytes

from discovery_dagster.domain.contents import Bytes, chunks
from discovery_dagster.domain.errors import UnreadableFileError

#: UTF-8 in which single bytes of Windows' Western encoding stand, as in exports put together.
MIXED = "utf-8 and cp1252"

#: Byte order marks; UTF-32 before UTF-16, whose mark begins the same.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 65_536  # bytes that are looked at; a multiple of four for UTF-32
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_CONTROL_SHARE = 0.05  # of the characters; above it, a file is no text
_FEW_CONTROLS = 3  # that are no sign of anything, however short a file is
#: Letters that two bytes of UTF-8 give; in a text of single bytes such a pair hardly stands.
_WESTERN_LETTER = re.compile("[\u00c0-\u017f]")
_REPLACEMENT = "\ufffd"


def detect_encoding(data: Bytes, name: str) -> str:
    """Return the encoding of `data`: Python's codec name, or `MIXED`.

    In this order: a byte order mark; UTF-16 by the place of its zero bytes; UTF-8; what is Cyrillic
    by its words; cp1252, which has latin-1's letters; what charset-normalizer says.

    Raises:
        UnreadableFileError: `not_a_table` when it is no text.
    """
    encoding = _marked(data) or _utf16_without_mark(data[:4096]) or _unmarked(data)
    head = decode(data[:_HEAD], encoding, errors="replace")
    if len(_CONTROL.findall(head)) > max(_FEW_CONTROLS, _CONTROL_SHARE * len(head)):
        raise UnreadableFileError(
            "not_a_table", f"{name} is neither text nor a workbook: export it as CSV, XLSX or JSON."
        )
    return encoding


def decode(data: bytes, encoding: str, errors: str = "replace") -> str:
    """Return the text of `data` without byte order mark.

    A zero byte inside a text becomes U+FFFD, which is visible: Postgres stores none in a text.
    What is cut off at the end becomes U+FFFD too.
    """
    if encoding == MIXED:
        text = data.decode("utf-8", _SINGLE_BYTES)
    else:
        text = data.decode(encoding, errors)
    return text.removeprefix("\ufeff").replace("\x00", _REPLACEMENT)


def _marked(data: Bytes) -> str | None:
    start = data[:4]
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 of mostly Western text has a zero in every second byte."""
    even, odd = head[::2], head[1::2]
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


def _unmarked(data: Bytes) -> str:
    if all(chunk.isascii() for chunk in chunks(data)) or is_encoded(data, "utf-8"):
        return "utf-8"
    text = data[:].decode("utf-8", "replace")
    wrong = text.count(_REPLACEMENT)
    if _WESTERN_LETTER.search(text) or len(re.findall("[^\x00-\x7f]", text)) > 2 * wrong:
        return MIXED
    if _has_other_letters(data[:_HEAD]):
        best = from_bytes(data[:_HEAD], cp_isolation=list(_CYRILLIC)).best()
        if best and is_encoded(data, best.encoding):
            return best.encoding
    if is_encoded(data, "cp1252"):
        return "cp1252"
    best = from_bytes(data[:_HEAD]).best()
    return best.encoding if best and is_encoded(data, best.encoding) else "latin-1"


def _has_other_letters(head: bytes) -> bool:
    """Whether most words with a byte above ASCII have no other: Western words mix both.

    Cyrillic stands above ASCII in every one-byte encoding.
    """
    words = [word for word in _WORD.findall(head) if not word.isascii()]
    whole = sum(_HIGH_WORD.fullmatch(word) is not None for word in words)
    return len(words) >= _ENOUGH_WORDS and whole > _MOST_WORDS * len(words)


_WORD = re.compile(rb"[A-Za-z\x80-\xff]{3,}")
_HIGH_WORD = re.compile(rb"[\x80-\xff]+")
_ENOUGH_WORDS, _MOST_WORDS = 3, 0.8
_CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5")


def is_encoded(data: Bytes, encoding: str) -> bool:
    """Whether all of `data` can be decoded from `encoding`, without keeping the text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks(data):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _western(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are no UTF-8 from cp1252, or latin-1 where that has none."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    text = "".join(
        bytes([byte]).decode("cp1252" if byte not in _UNDEFINED else "latin-1")
        for byte in error.object[error.start : error.end]
    )
    return text, error.end


_UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")  # in cp1252
_SINGLE_BYTES = "discovery_single_bytes"
codecs.register_error(_SINGLE_BYTES, _western)
