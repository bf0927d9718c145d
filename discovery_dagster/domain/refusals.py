"""What a file is that holds no table, in a sentence that also says what to do.

It is recognised by how its text begins; nothing of it is read.
"""

import re
from functools import cache
from typing import Any, Final

from discovery_dagster import reference

_BEGINNING: Final = 4_096  # characters that are looked at
_ASIDE: Final = re.compile(
    r"<\?(?:(?!\?>|<\?).)*+\?>|<!--(?:(?!-->|<!--).)*+-->|<!(?!--)[^><]*+>", re.DOTALL
)
_DRAWINGS: Final = frozenset({"mxfile", "mxGraphModel"})
#: No word of XML is longer; what is shown of one that is stays a sentence.
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,60})")


def describe_refused(name: str, beginning: str) -> str | None:
    """Return a sentence on what the file called `name` is, None when nothing tells.

    Args:
        name: the user's name of it.
        beginning: of its text.
    """
    text = beginning[:_BEGINNING].lstrip("\ufeff \t\r\n")
    for pattern, is_a, advice in _patterns():
        if pattern.search(text):
            return f"{name} is {is_a}: {advice}."
    if not text.startswith("<?xml") and not re.match(r"<[A-Za-z]", text):
        return None
    root = _ROOT.search(_ASIDE.sub("", text))
    of = f" whose outermost element is <{root[1]}>" if root else ""
    return f"{name} is XML{of}, which is not read: export it as CSV, XLSX or JSON."


def is_drawing(root: str) -> bool:
    """Return whether XML of this root element only places shapes, though it holds lists."""
    return root in _DRAWINGS


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    rules: Any = reference.load("refusals")
    return tuple(
        (re.compile(rule["begins"], re.IGNORECASE), rule["is"], rule["do"]) for rule in rules
    )
