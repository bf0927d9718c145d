"""The dictionary of a client: what its own words mean, each answered once for all its records.

`fields` has which words are asked for and what they may mean, `vocabulary` what Discovery knows
without a dictionary, `decisions` what people decided, `translating` what a cell says by it, `held`
the words that sessions have.
"""

from discovery_dagster.domain.dictionary.decisions import WordDecision, key_of
from discovery_dagster.domain.dictionary.held import HeldWord
from discovery_dagster.domain.dictionary.translating import NO_DICTIONARY, Dictionary, Translated

__all__ = ["NO_DICTIONARY", "Dictionary", "HeldWord", "Translated", "WordDecision", "key_of"]
