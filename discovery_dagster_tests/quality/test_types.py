import pytest

from quality import types
from quality.types import Verdict, measure


@pytest.mark.long
def test_types_and_fields_of_labelled_inventories_are_as_right_as_wanted(shared_data):
    measured = list(types.figures(shared_data))
    assert [figure for figure in measured if not figure.good] == []


def said(kind: str, confidence: float) -> dict:
    return {"type": kind, "confidence": confidence}


JUDGED = [
    Verdict("a", "x", {"type": "server"}, said("server", 0.9)),
    Verdict("a", "y", {"type": "server"}, said("unknown", 0.0)),
    Verdict("a", "z", {"type": "database", "tier": "database"}, said("server", 0.9)),
    Verdict("a", "u", {"type": "unknown"}, said("unknown", 0.0)),
]


def test_unknown_is_a_miss_and_never_wrong():
    assert [verdict.wrong for verdict in JUDGED] == [False, False, True, False]


def test_what_is_wrong_lowers_precision_and_what_is_missed_recall():
    figures = {
        (figure.subject, figure.measure): figure.value
        for figure in measure([*JUDGED, *(_fields(field) for field in types.FIELDS)])
    }
    assert figures["server", "precision"] == 0.5
    assert figures["server", "recall"] == 0.5
    assert figures["database", "recall"] == 0
    assert figures["type", "macro-F1"] == 0.25
    assert figures["type", "accuracy at confidence 0.9 to 1"] == 0.5
    assert figures["type", "not wrong where sure"] == 0.75


def _fields(field: str) -> Verdict:
    return Verdict("a", field, {field: "x"}, {field: "x"})
