"""The review queue: what needs a person, alike questions as one, most consequential first.

The questions are those of the decisions workbook, and so are the answers: an answer to an item is
one to each of its questions.
"""

from discovery_dagster.domain.review.items import Choice, Item, UnusableAnswerError
from discovery_dagster.domain.review.queue import KINDS, items

__all__ = ["KINDS", "Choice", "Item", "UnusableAnswerError", "items"]
