"""Columns that are set apart by spaces, as many as it takes to align them."""

from typing import Final

_TAB: Final = b"\t"
_BLANK: Final = b" "


def set_evenly(text: bytes) -> bytes:
    """Set the columns of each line apart by one blank, and none before and behind them."""
    uneven = (_BLANK * 2, _TAB, b" \n", b" \r", b"\n ")
    if not text.startswith(_BLANK) and all(part not in text for part in uneven):
        return text
    text = text.replace(_TAB, _BLANK)
    while _BLANK * 2 in text:
        text = text.replace(_BLANK * 2, _BLANK)
    text = text.lstrip(_BLANK)
    return text.replace(b" \r\n", b"\r\n").replace(b" \n", b"\n").replace(b"\n ", b"\n")
