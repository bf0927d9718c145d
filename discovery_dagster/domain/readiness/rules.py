"""What rules find in the facts of assets, for each target (`readiness.yaml`, `targets.yaml`)."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.readiness.facts import FACTS
from discovery_dagster.domain.readiness.systems import System
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

#: The target that stands for any.
GENERIC: Final = "generic"

#: One row per finding: an asset, a target, a rule, and the cell that it stands on.
FINDINGS: Final = {
    "asset_id": pl.String(),
    "target": pl.String(),
    "rule": pl.String(),
    "readiness": pl.String(),
    "sentence": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),
    "line": pl.UInt32(),
    "column": pl.String(),
    "value": pl.String(),
}


def findings(assets: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return what the rules find, of each target, in the order of rules.

    Args:
        assets: `asset_id` and `type` of those that are judged.
        facts: `FACTS`.
    """
    known = facts.join(assets.select("asset_id", of_type="type"), on="asset_id")
    by_fact = {fact: rows for (fact,), rows in known.partition_by("fact", as_dict=True).items()}
    rules = load("readiness")["rules"]
    lacking = {rule["id"]: _missing(rule, assets, facts) for rule in rules if "missing" in rule}
    parts = [pl.DataFrame(schema=FINDINGS)]
    for target, profile in load("targets").items():
        limits = load("targets")[GENERIC]["limits"] | profile["limits"]
        for rule in rules:
            if "missing" in rule:
                concerned = lacking[rule["id"]]
            elif rule["fact"] in by_fact:
                concerned = _holding(rule, profile, limits, by_fact[rule["fact"]])
            else:
                continue  # most estates state a few of the facts
            verdict = profile.get("verdicts", {}).get(rule["id"], rule["verdict"])
            limit = limits.get(rule.get("above") or rule.get("below"))
            words = rule["sentence"].replace("{target}", profile["name"])
            words = words.replace("{limit}", f"{limit:,}" if limit is not None else "")
            parts.append(
                concerned.select(
                    "asset_id",
                    target=pl.lit(target),
                    rule=pl.lit(rule["id"]),
                    readiness=pl.lit(verdict),
                    sentence=_quoting(words),
                    **{name: pl.col(name) for name in ("file", "sheet", "line", "column", "value")},
                )
            )
    return pl.concat(parts)


def _holding(
    rule: Mapping[str, Any],
    profile: Mapping[str, Any],
    limits: Mapping[str, float],
    of_fact: pl.DataFrame,
) -> pl.DataFrame:
    """Those rows of a rule's fact of which its condition holds."""
    if "types" in rule:
        of_fact = of_fact.filter(pl.col("of_type").is_in(rule["types"]))
    value = pl.col("value")
    number = value.str.replace_all(r"[^\d.]", "").cast(pl.Float64, strict=False)
    number = number / rule.get("per", 1)
    match rule:
        case {"is": words}:
            holds = value.str.to_lowercase().is_in([word.lower() for word in words])
        case {"matches": pattern}:
            holds = value.str.contains(pattern)
        case {"at_least": least}:
            holds = number >= least
        case {"above": name}:
            holds = number > limits[name] if name in limits else pl.lit(value=False)
        case {"below": name}:
            holds = number < limits[name] if name in limits else pl.lit(value=False)
        case {"unnamed": name}:
            releases = _releases(of_fact, profile.get(name))
            holds = value.is_in([text for text, system in releases.items() if not system.named])
        case {"older": name}:
            releases = _releases(of_fact, profile.get(name))
            holds = value.is_in([text for text, system in releases.items() if system.older])
        case _:
            raise ValueError(f"The rule {rule['id']} of readiness has no condition.")
    if "unless" in rule:
        holds &= ~value.str.contains(rule["unless"])
    return of_fact.filter(holds.fill_null(value=False)).select(list(FACTS))


def _releases(facts: pl.DataFrame, systems: Mapping[str, str] | None) -> Mapping[str, System]:
    """The distinct releases beside a target's systems; none where it names no systems."""
    if systems is None:
        return {}
    return {text: System(text, systems) for text in facts["value"].unique()}


def _missing(rule: Mapping[str, Any], assets: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The assets of which no source states a fact."""
    asked = assets.filter(pl.col("type").is_in(rule["types"])) if "types" in rule else assets
    lacking = asked.join(facts.filter(fact=rule["missing"]), on="asset_id", how="anti")
    nothing = {name: pl.lit(None, dtype) for name, dtype in FACTS.items() if name != "asset_id"}
    return lacking.select("asset_id", **nothing)


def _quoting(words: str) -> pl.Expr:
    parts = ["value"] * words.count("{value}")
    return formatted(words.replace("{value}", "{}"), *parts) if parts else pl.lit(words)
