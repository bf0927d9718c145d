"""Rules over facts about assets, as data: what they ask for, and the sentence that they give."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from discovery_dagster.domain.texts import formatted


def answered(assets: pl.DataFrame, rules: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Answer for each asset with the first rule that holds.

    Args:
        assets: with the facts that rules read.
        rules: as `_holds` reads them, with `reason`, a template.

    Returns:
        `number`, the place of that rule among `rules`, and `reason`, its sentence; null where no
        rule holds.
    """
    first = pl.coalesce(
        pl.when(_holds(rule)).then(pl.lit(number, pl.UInt32)) for number, rule in enumerate(rules)
    )
    # The sentences ask for the number as a column: Polars would decide anew for each of them.
    numbered = assets.with_columns(number=first)
    sentences = [
        pl.when(pl.col("number") == number).then(_quoting(rules[number]["reason"]))
        for number in numbered["number"].unique().drop_nulls()
    ]
    return numbered.select("number", reason=pl.coalesce(pl.lit(None, pl.String), *sentences))


def _holds(rule: Mapping[str, Any]) -> pl.Expr:
    """True of the assets that have all facts of a rule; never null.

    `when` names columns and their values, `words` columns and phrases in them, `known` columns
    that must say something, `at_most` numbers and their bounds, `named` patterns of names.
    """
    facts = [
        *(pl.col(name).is_in(values) for name, values in rule.get("when", {}).items()),
        *(
            _contains_phrase(pl.col(name), phrases)
            for name, phrases in rule.get("words", {}).items()
        ),
        *(pl.col(name).is_not_null() for name in rule.get("known", [])),
        *(pl.col(name) <= most for name, most in rule.get("at_most", {}).items()),
    ]
    if "named" in rule:
        facts.append(pl.col("name").str.contains(f"(?i){'|'.join(rule['named'])}"))
    return pl.all_horizontal(pl.lit(True), *facts).fill_null(False)


def _quoting(reason: str) -> pl.Expr:
    """The reason as a sentence, with the columns that it quotes."""
    columns = re.findall(r"\{(\w+)\}", reason)
    text = reason[0].upper() + re.sub(r"\{\w+\}", "{}", reason)[1:] + "."
    return formatted(text, *(pl.col(name).fill_null("unknown") for name in columns))


def _contains_phrase(cell: pl.Expr, phrases: list[str]) -> pl.Expr:
    """True where one of the phrases stands in the cell as whole words."""
    choice = "|".join(re.escape(phrase.lower()) for phrase in phrases)
    return cell.str.to_lowercase().str.contains(rf"(?:^|\W)(?:{choice})(?:$|\W)")
