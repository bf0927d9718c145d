"""The one place that prints: what people typed into cells and file names stays text there.

A terminal obeys control characters: they clear it, change its title, fill the clipboard, turn text
around. And Rich takes words in brackets for markup. Here the first are shown as their numbers, and
the second is switched off, so that no command has to think of either.
"""

import json
import os
import re
import sys
from typing import Any, Final

from rich.console import Console
from rich.text import Text

#: What a terminal may obey: the controls of ASCII but for tab and line feed, those of Latin-1 (C1),
#: those of direction (Unicode, UAX #9), its line ends, and what no encoding can write.
_OBEYED: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

#: More characters than any line has that a command prints.
_UNFOLDED: Final = 100_000


def visible(text: str) -> str:
    r"""Return `text` with `\u001b` for an escape, and so on for all that a terminal obeys."""
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def say(text: str, *, to_stderr: bool = False) -> None:
    """Print a line, or several, for people."""
    print(visible(text), file=sys.stderr if to_stderr else sys.stdout, flush=True)


def say_json(document: Any) -> None:
    """Print one JSON document on a line; what a terminal obeys is escaped, as JSON has it."""
    say(json.dumps(document, ensure_ascii=False, default=str))


def terminal(*, stderr: bool = False) -> Console:
    """Return where tables are printed: folded to a terminal's width, and not at all in a pipe.

    There Rich would take 80 columns, and a key or a name of a file broken in two is neither found
    by `grep` nor copied. Who wants another width there sets COLUMNS.
    """
    console = _Terminal(stderr=stderr, markup=False, emoji=False, highlight=False)
    whole = console.is_terminal or "COLUMNS" in os.environ
    if not whole:
        console.width = _UNFOLDED
    return console


class _Terminal(Console):
    def render_str(self, text: str, **options: Any) -> Text:
        """Return what Rich prints and measures for any text, those of tables included."""
        return super().render_str(visible(text), **options)
