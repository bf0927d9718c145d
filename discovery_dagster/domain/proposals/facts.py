"""What a question to a language model is made of: the client's own words, by what they are."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

#: A text, several of them, or cells by the headers of their columns.
Fact: TypeAlias = str | Sequence[str] | Mapping[str, str]
Facts: TypeAlias = Mapping[str, Fact]
