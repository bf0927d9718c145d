"""What things are said to be: types and judged fields, and what their confidence is worth.

Truth is what people who know such estates say of each thing: `estates/*/truth.csv` of inventories
made for this, `truth/assets.csv`, by file and name, of those that others made. A blank is not
judged. `unknown` as an answer is a miss, never wrong; where it is the truth, any answer is wrong.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from quality.derive import derive
from quality.figures import Figure
from quality.labelled import Labelled, inventories

MACRO_F1, RIGHT_WHERE_SURE, SURE = 0.95, 0.99, 0.8
FIELD_PRECISION, FIELD_RECALL = 0.98, 0.9
BANDS: Final = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
FIELDS: Final = ("os_family", "environment", "tier", "criticality")


@dataclass(frozen=True)
class Verdict:
    """One labelled thing: what it is, what it was said to be, and how surely."""

    subject: str
    name: str
    truth: dict[str, str]  # by field; without those that are not judged
    asset: dict[str, Any]  # a row in CLASSIFIED_ASSETS; empty where the thing was not found

    def answer(self, field: str) -> str:
        """What was said, `unknown` where nothing was."""
        return self.asset.get(field) or "unknown"

    @property
    def wrong(self) -> bool:
        """Whether the type that was said is another one than the true one."""
        return self.answer("type") not in ("unknown", self.truth["type"])


def figures(data: Path) -> Iterator[Figure]:
    """Measure all labelled inventories together, those below `data` among them."""
    yield from measure(verdicts(data))


def verdicts(data: Path) -> list[Verdict]:
    """Judge every labelled thing."""
    return [verdict for labelled in inventories(data) for verdict in _judge(labelled)]


def measure(verdicts: Sequence[Verdict]) -> Iterator[Figure]:
    """Precision and recall by type and field, macro-F1 on type, accuracy by confidence."""
    typed = [verdict for verdict in verdicts if "type" in verdict.truth]
    true = Counter(verdict.truth["type"] for verdict in typed)
    counts = Counter(verdict.answer("type") for verdict in typed)
    right = Counter(v.truth["type"] for v in typed if v.answer("type") == v.truth["type"])
    scores = []
    for name in sorted(true.keys() - {"unknown"}):
        precision = right[name] / counts[name] if counts[name] else 1.0
        recall = right[name] / true[name]
        scores.append(2 * precision * recall / (precision + recall) if right[name] else 0.0)
        detail = f"{right[name]} right of {counts[name]} found, {true[name]} true"
        yield Figure(name, "precision", precision, 0.9, detail)
        yield Figure(name, "recall", recall, 0.9, detail)
    yield Figure("type", "macro-F1", sum(scores) / len(scores), MACRO_F1, f"{len(typed)} things")
    for field in FIELDS:
        yield from _of_field(field, verdicts)
    for low, high in BANDS:
        answered = [
            v for v in typed if low <= _confidence(v) < high and v.answer("type") != "unknown"
        ]
        share = sum(not v.wrong for v in answered) / len(answered) if answered else 1.0
        wanted = RIGHT_WHERE_SURE if low >= SURE else low
        name = f"accuracy at confidence {low:g} to {min(high, 1):g}"
        yield Figure("type", name, share, wanted, f"{len(answered)} things")
    sure = sum(verdict.wrong and _confidence(verdict) >= SURE for verdict in typed)
    share = 1 - sure / len(typed)
    yield Figure("type", "not wrong where sure", share, RIGHT_WHERE_SURE, f"{sure} wrong")


def _of_field(field: str, verdicts: Sequence[Verdict]) -> Iterator[Figure]:
    known = [v for v in verdicts if field in v.truth]
    answered = [v for v in known if v.answer(field) != "unknown"]
    true = [v for v in known if v.truth[field] != "unknown"]
    right = sum(v.answer(field) == v.truth[field] for v in answered)
    detail = f"{right} right of {len(answered)} answered, {len(true)} true"
    yield Figure(field, "precision", right / len(answered), FIELD_PRECISION, detail)
    yield Figure(field, "recall", right / len(true), FIELD_RECALL, detail)


def _confidence(verdict: Verdict) -> float:
    return float(verdict.asset.get("confidence", 0.0))


def _judge(labelled: Labelled) -> Iterator[Verdict]:
    assets = derive(labelled.paths).assets.rows(named=True)
    by_name: dict[str, dict[str, Any]] = {}
    for asset in reversed(assets):
        by_name |= {str(name).casefold(): asset for name in (asset["fqdn"], asset["hostname"])}
    by_name |= {asset["name"].casefold(): asset for asset in assets}
    for label in labelled.labels:
        truth = {field: word for field, word in label.items() if word and field in _JUDGED}
        yield Verdict(
            labelled.subject, label["name"], truth, by_name.get(label["name"].casefold(), {})
        )


_JUDGED: Final = ("type", *FIELDS)
