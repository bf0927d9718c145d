"""Classification as a plain loop over assets and rules: the baseline, and an oracle for tests.

It reads the same rules and gives the same codes, one asset after the other, with compiled regular
expressions and look-ups prepared before; nothing is remembered from one asset to the next.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from discovery_dagster.domain.classification.lifecycle import end_of_life
from discovery_dagster.domain.classification.rules import PRODUCT_RULE, neutral_words, rules
from discovery_dagster.domain.classification.tokens import (
    choice,
    ending_roles,
    nothing,
    written_together,
)
from discovery_dagster.domain.classification.vocabulary import PARTED
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.words import fold, head_meaning, index_words
from discovery_dagster.reference import load

Asset = Mapping[str, Any]
_NUMBER = r"(\d+(?:\.\d+)*)"


class Plain:
    """The rules, ready to judge one asset at a time."""

    def __init__(self, as_of: date) -> None:
        self.day = as_of
        self.reference = load("classification")
        self.rules = [(rule, re.compile(rule.pattern)) for rule in rules().values()]
        self.systems = [_system(one) for one in load("operating_systems")["systems"]]
        self.products = [_system(one) for one in load("products")["systems"]]
        self.separators = re.compile(load("products")["separators"])
        self.vague = re.compile(load("operating_systems")["vague"])
        self.spellings = [
            (re.compile(pattern), replacement.replace("$1", r"\1"))
            for pattern, replacement in load("operating_systems")["spellings"]
        ]
        environments = load("environments")
        self.environments = index_words(
            {name: [name, *listed["declared"]] for name, listed in environments.items()}
        )
        self.environment_tokens = {name: one["name"] for name, one in environments.items()}
        self.criticalities = index_words(load("criticalities"))
        self.tiers = index_words(load("tier_words"))
        self.types = {**synonyms.type_words(), **index_words(self.reference["heads"])}
        self.image = re.compile(self.reference["images"]["pattern"])
        tools = "|".join(self.reference["images"]["tools"])
        self.tool = re.compile(rf"(?:^|[-_.])(?:{tools})(?:[-_.]|$)")
        self.neutral = nothing(neutral_words())
        self.compounds = choice(self.reference["compounds"])
        self.together = [
            (pattern, re.sub(r"\$\{?(\d)\}?", r"\\g<\1>", to))
            for pattern, to in (*written_together(), *ending_roles())
        ]

    def codes(self, asset: Asset) -> list[str]:
        """Return the codes of the rationale of a row in `INVENTORY_ASSETS`."""
        name = self._words(asset["name"])
        system = self._recognise(asset["os_name"], asset["os_version"], self.systems)
        version = asset["os_version"] if asset["os_name"] is None else None
        stack = self._stack(asset["product"], version)
        kind, code, virtual = self._type(asset, name, system, stack)
        named = asset["name"] is not None and " " not in asset["name"]
        rationale = [
            code,
            virtual,
            self._tier(asset, name, kind, plain=named),
            self._environment(asset, name, plain=named),
            _vocabulary("criticality", asset["criticality"], self.criticalities, None, None),
            self._system(asset, system),
            self._end(asset, kind, system, stack),
        ]
        return [one for one in rationale if one is not None]

    def _words(self, name: str | None) -> str:
        text = (name or "").strip().lower()
        text = re.sub(r"^([a-z0-9_-]+)(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+$", r"\1", text)
        text = re.sub(r"[\W_]+", " ", text)
        text = re.sub(r"([^\W\d_])(\d)", r"\1 \2", text)
        text = re.sub(r"(\d)([^\W\d_])", r"\1 \2", text)
        text = re.sub(rf"([^\W\d_]{{2}})({self.compounds})( |$)", r"\1 \2\3", text)
        for pattern, parts in self.together:
            text = re.sub(pattern, parts, text)
        return f" {text.strip()} "

    def _recognise(self, text: str | None, given: str | None, systems: list[Any]) -> Any:
        name, apart = self._spelled(text), self._spelled(given)
        whole = " ".join(part for part in (name, apart) if part is not None)
        for system, pattern, after, alone in systems:
            if pattern.search(whole):
                return system, self._version(name, apart, after, alone)
        return None

    def _spelled(self, text: str | None) -> str | None:
        if text is None:
            return None
        for pattern, replacement in self.spellings:
            text = pattern.sub(replacement, text)
        return re.sub(r"\s+", " ", text).strip()

    def _version(self, name: str | None, apart: str | None, after: Any, alone: Any) -> str | None:
        inside = self._extract(name, after)
        given = self._extract(apart, alone)
        refines = inside and given and (given == inside or given.startswith(inside + "."))
        return given if refines else inside or given

    def _extract(self, text: str | None, pattern: Any) -> str | None:
        if text is None or self.vague.search(text):
            return None
        match = pattern.search(text)
        return match[1] if match else None

    def _stack(self, cell: str | None, version: str | None) -> list[Any]:
        if cell is not None and self.image.search(cell) and self._is_of_tool(cell):
            return []
        parts = [] if cell is None else self.separators.sub("\n", cell).split("\n")
        alone = len(parts) == 1
        recognised = (
            self._recognise(part, version if alone else None, self.products) for part in parts
        )
        return [(*one, alone) for one in recognised if one is not None]

    def _is_of_tool(self, image: str) -> bool:
        name = re.search(r"([^/:@]+)(?::[^/]*)?(?:@.*)?$", image)
        return name is not None and self.tool.search(name[1].lower()) is not None

    def _type(self, asset: Asset, name: str, system: Any, stack: list[Any]) -> Any:
        hosted = any(asset[field] not in (None, []) for field in self.reference["host_fields"])
        facts = {
            **asset,
            "os": system[0].get("type") if system else None,
            "products": _kinds(stack),
            "image_of": _kinds(stack) if self.image.search(asset["product"] or "") else None,
            "words": name,
            "ending": re.sub(f" {self.neutral}$", " ", re.sub(f"^ {self.neutral}", " ", name)),
            "hardware": f"{asset['vendor'] or ''} | {asset['model'] or ''}".lower(),
        }
        matched = {
            rule.id: rule
            for rule, pattern in self.rules
            if not (rule.alone and hosted) and _says(facts[rule.field], pattern)
        }
        kind, code = self._decide(asset, matched, hosted)
        return kind, code, self._virtual(asset, kind, matched)

    def _decide(self, asset: Asset, matched: Mapping[str, Any], hosted: bool) -> tuple[str, str]:
        declared_type, text = asset["declared_type"], asset["declared_type_text"]
        for one in self.reference["corrections"]:
            corrected = self._correct(one, declared_type, text, matched, hosted)
            if corrected is not None:
                return corrected
        declared = self.reference["declared"]
        if declared_type is not None and declared_type not in declared["ignored"]:
            return declared_type, "type:stated" if text is None else "type:declared"
        deciding = [rule for rule in matched.values() if not rule.aside]
        best = next(iter(deciding), None)
        includes = self.reference["includes"]
        rival = (
            None
            if best is None
            else next(
                (
                    one
                    for one in deciding
                    if best.type != one.type and one.type not in includes.get(best.type, ())
                ),
                None,
            )
        )
        disputed = rival is not None and rival.weight > best.weight - self.reference["margin"]
        within = head_meaning(text, self.types) if text is not None else None
        within = None if within == "unknown" else within
        decided = best is not None and not disputed
        if decided and (best.weight > declared["head_confidence"] or within is None):
            return best.type, f"type:rule/{best.id}"
        if within is not None:
            return within, "type:within"
        if rival is not None:
            return "unknown", f"type:disputed/{best.id}/{rival.id}"
        return "unknown", "type:open"

    def _correct(
        self,
        one: Any,
        declared_type: str | None,
        text: str | None,
        matched: Mapping[str, Any],
        hosted: bool,
    ) -> tuple[str, str] | None:
        if declared_type != one["declared"] or (one.get("hosted") and not hosted):
            return None
        if "said" in one and not re.search(one["said"], text or ""):
            return None
        if text is not None and "unless" in one and re.search(one["unless"], text):
            return None
        if any(rule in matched for rule in one.get("unless_rules", ())):
            return None
        if "by" not in one and one["type"] == "unknown":
            return "unknown", "type:unproven"
        if "by" not in one:
            return one["type"], f"type:hosted/{one['id']}"
        if one["by"] == "product_names":
            by = next((rule for rule in matched if rule.startswith(PRODUCT_RULE)), None)
        else:
            by = next((rule for rule in one["by"] if rule in matched), None)
        if by is None:
            return None
        return one.get("type", matched[by].type), f"type:corrected/{one['id']}/{by}"

    def _virtual(self, asset: Asset, kind: str, matched: Mapping[str, Any]) -> str | None:
        rules_of_virtual = self.reference["virtual"]
        if kind in rules_of_virtual["types"]:
            return f"virtual:of_type/{kind}"
        text = asset["declared_type_text"]
        if kind == "server" and text and re.search(rules_of_virtual["physical_words"], text):
            return "virtual:declared"
        rule = next((one for one in rules_of_virtual["by"] if one in matched), None)
        rule = rule if rules_of_virtual["by"].get(rule) is not None else None
        return f"virtual:rule/{rule}" if rule and kind in ("server", "unknown") else None

    def _tier(self, asset: Asset, name: str, kind: str, *, plain: bool) -> str | None:
        tiers = self.reference["tiers"]
        if asset["tier"] is None and kind in tiers["types"]:
            return "tier:of_type"
        named = _single(name, tiers["name"]) if plain and kind in tiers["hosts"] else None
        return _vocabulary("tier", asset["tier"], self.tiers, None, named)

    def _environment(self, asset: Asset, name: str, *, plain: bool) -> str | None:
        cell = asset["environment"]
        within = _single(_joined(self._words(cell)), self.environment_tokens) if cell else None
        named = _single(_joined(name), self.environment_tokens) if plain else None
        return _vocabulary("environment", cell, self.environments, within, named)

    def _system(self, asset: Asset, system: Any) -> str | None:
        if system:
            return f"os:rule/{system[0]['id']}"
        return "os:no_rule" if asset["os_name"] is not None else None

    def _end(self, asset: Asset, kind: str, system: Any, stack: list[Any]) -> str | None:
        host = kind in self.reference["tiers"]["hosts"]
        ends = None if system is None else (*system, "system")
        for product, version, alone in stack:
            if not host and alone and (version is not None or asset["os_name"] is None):
                ends = (product, version, "product")
        if ends is None:
            return "eol:not_recognised" if asset["os_name"] is not None else None
        product, version, of = ends
        if version is None:
            return f"eol:no_version/{of}"
        if _has_date(product.get("product"), version, self.day):
            return f"eol:known/{of}/{self.day.isoformat()}"
        return f"eol:no_date/{of}"


@cache
def _has_date(product: str | None, version: str, day: date) -> bool:
    pair = {"product": [product], "version": [version]}
    frame = pl.DataFrame(pair, schema={"product": pl.String, "version": pl.String})
    return not end_of_life(frame, day).is_empty()


def _system(one: Mapping[str, Any]) -> tuple[Any, ...]:
    number = one.get("version")
    after = number or f"(?:{one['pattern']}).*?{_NUMBER}"
    compiled = (re.compile(f"(?i){text}") for text in (one["pattern"], after, number or _NUMBER))
    return (one, *compiled)


def _kinds(stack: list[Any]) -> str | None:
    types = [product.get("type") for product, _, _ in stack]
    if None in types:
        return "stack"
    return types[0] if len(set(types)) == 1 else None


def _says(value: Any, pattern: re.Pattern[str]) -> bool:
    if isinstance(value, list):
        return bool(value) and all(pattern.search(one) for one in value)
    return value is not None and pattern.search(value) is not None


def _joined(words: str) -> str:
    return re.sub(PARTED, r" \1prod ", words)


def _single(words: str, tokens: Mapping[str, list[str]]) -> str | None:
    own_words = set(words.split())
    matches = [name for name, listed in tokens.items() if not own_words.isdisjoint(listed)]
    return matches[0] if len(matches) == 1 else None


def _vocabulary(
    field: str, cell: str | None, known: Mapping[str, str], within: str | None, named: str | None
) -> str:
    if cell is not None:
        if fold(cell) in known:
            return f"{field}:declared"
        return f"{field}:{'within' if within else 'no_word'}"
    return f"{field}:{'name' if named else 'nothing'}"
