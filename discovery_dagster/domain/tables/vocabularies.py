"""The words of each vocabulary, also of those that are data.

Apart from the declarations, since no step's result depends on it: a step's code version would
otherwise count all of `reference/vocabulary.yaml`.
"""

from collections.abc import Sequence

from discovery_dagster.domain.tables.words import ReferenceWords, Words
from discovery_dagster.reference import load


def vocabulary(words: Words) -> Sequence[str]:
    """Return the words of a vocabulary, in its order."""
    if isinstance(words, ReferenceWords):
        return list(load("vocabulary")[words])
    return [word.value for word in words]
