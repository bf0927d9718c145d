"""Names, each kind of which is read once: a million of them say a few thousand things to the rules.

What a word of a name means is in `vocabulary` and in the rules.
"""

import numpy as np
import polars as pl

from discovery_dagster.domain.classification.distinct import Distinct
from discovery_dagster.domain.classification.rules import neutral_words, rules
from discovery_dagster.domain.classification.tokens import ending, shape, words
from discovery_dagster.domain.classification.vocabulary import name_words


def read_names(names: pl.Series) -> Distinct:
    """Split names into words, and distinguish only those that mean something else to a rule.

    What no rule knows is the same everywhere but for its place, and so are numbers of several
    digits.

    Returns:
        `words` and `ending` as in `tokens`, and `plain`: a name of several words is no host's, its
        words tell neither environment nor tier. They are of the first name of each kind.
    """
    shapes = Distinct.among(names.to_frame("name").select(shape=shape("name")))
    read = shapes.rows.select(
        words=words("shape"), plain=~pl.col("shape").str.contains(" ", literal=True)
    )
    known = sorted(name_words().union(*(rule.tokens for rule in rules().values())))
    meaningful = pl.element().is_in(known) | pl.element().str.contains(r"^(?:\d+|[a-z])$")
    reduced = pl.col("words").str.strip_chars().str.split(" ")
    reduced = reduced.list.eval(pl.when(meaningful).then(pl.element()).otherwise(pl.lit("·")))
    kinds = Distinct.among(read.select(reduced.list.join(" "), "plain"))
    firsts = read[np.unique(kinds.of, return_index=True)[1]]
    firsts = firsts.with_columns(ending=ending("words", neutral_words()))
    return Distinct(firsts, kinds.of[shapes.of])
