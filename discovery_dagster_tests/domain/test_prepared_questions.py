"""Questions that were prepared once are, after each decision, those that would be found anew."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.decision_workbook.open_questions import (
    Findings,
    prepare,
    questions,
)
from discovery_dagster.domain.tables import (
    FIELD_MAPPING,
    INVENTORY_CONFLICTS,
    PLAN_PLACEMENTS,
    PROPOSALS,
)
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows, frame
from discovery_dagster_tests.searching import examples

NAMES = ("web-01", "web-1", "db-01", "crm")
FIELDS = ("type", "environment", "strategy", "storage_gb")
PUBLISHED = Findings(
    frame(FIELD_MAPPING, []),
    classified_assets(
        *(
            {"name": name, "type": "unknown", "confidence": 0.3, "environment": "unknown"}
            for name in NAMES[:3]
        ),
        {"name": "crm", "type": "application"},
    ),
    frame(PROPOSALS, []),
    frame(
        INVENTORY_CONFLICTS,
        [
            {"asset_id": name, "field": "storage_gb", "value": value, "chosen": value == "1"}
            for name in NAMES[:2]
            for value in ("1", "2")
        ],
        file="a.csv",
    ),
    edge_rows({"source": "web-01", "target": "db-01"}),
    frame(
        PLAN_PLACEMENTS,
        [{"asset_id": name, "strategy": "unknown", "wave": 1, "group": "G1"} for name in NAMES],
    ),
)
PREPARED = prepare(PUBLISHED)


@settings(max_examples=examples(30), deadline=None)
@given(
    st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(FIELDS))),
    st.sets(st.permutations(NAMES).map(lambda names: (names[0], names[1]))),
)
def test_what_was_prepared_asks_what_would_be_found_anew(decided, apart):
    now = replace(PUBLISHED, decided_fields=decided, apart=apart)
    asked = questions(now, PREPARED)
    assert asked == questions(now)
    about = {
        (row.cells["Id"], row.cells["Field"])
        for sheet in ("Assets", "Conflicts")
        for row in asked[0][sheet]
    }
    assert not about & decided


def test_something_is_asked_of_each_kind_of_decision():
    asked = questions(PUBLISHED, PREPARED)[0]
    assert all(asked[sheet] for sheet in ("Assets", "Conflicts"))
