"""What is read from the text of a model's response."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.proposals.responses import (
    CONTRADICTION,
    NO_ITEM,
    NO_VALUE,
    Item,
    read_response,
)

IDS = [f"q{number:03d}" for number in range(1, 6)]
VALUES = ["virtual_machine", "database", "unknown"]


def item(name, value="database", **more):
    return {"id": name, "value": value, "confidence": 0.5, "reason": "so, }] it is,"} | more


def read(items):
    return read_response(json.dumps({"items": items}), IDS, VALUES)


def test_ids_and_values_are_read_in_other_letters():
    response = read([item(" Q001 ", "Virtual Machine")])
    assert response.items == {"q001": Item("virtual_machine", 0.5, "so, }] it is,")}


@pytest.mark.parametrize("confidence", [7, -1, "high", None, True, float("nan")])
def test_a_confidence_that_is_none_is_left_out_and_its_item_stays(confidence):
    assert read([item("q001", confidence=confidence)]).items["q001"].confidence is None


def test_each_question_without_a_usable_item_has_its_reason():
    response = read(
        [item("q001"), item("q001", "unknown"), item("q002", "mainframe"), item("q777"), "q003"]
    )
    assert response.items == {}
    assert response.faults == {
        "q001": CONTRADICTION,
        "q002": NO_VALUE,
        **dict.fromkeys(["q003", "q004", "q005"], NO_ITEM),
    }


def test_an_item_that_is_corrected_further_down_is_no_contradiction_with_nonsense():
    response = read([item("q001", "mainframe"), item("q001")])
    assert response.items["q001"].value == "database"


def test_what_came_before_the_cut_is_read():
    text = json.dumps({"items": [item(name) for name in IDS]})
    response = read_response(text[: text.index("q004") + 30], IDS, VALUES)
    assert sorted(response.items) == ["q001", "q002", "q003"]


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 50_000, '{"a":' * 50_000, "null", '{"items": {"a": 1}}', "```json\n```"]
)
def test_a_text_without_an_item_leaves_every_question_open(text):
    assert read_response(text, IDS, VALUES).faults == dict.fromkeys(IDS, NO_ITEM)


_ITEM = st.fixed_dictionaries(
    {"value": st.sampled_from(VALUES), "reason": st.text(), "confidence": st.floats(0, 1)}
)


@given(st.dictionaries(st.sampled_from(IDS), _ITEM), st.sampled_from(["\n", "```json\n", "So: "]),
       st.sampled_from(["", "\n```", "\nDone."]), st.sampled_from([",", ", ", ",\n"]))  # fmt: skip
def test_every_good_item_is_found_whatever_stands_around_it(items, before, after, comma):
    written = "".join(f"{json.dumps({'id': name, **each})}{comma}" for name, each in items.items())
    response = read_response(f'{before}{{"items": [{written}]}}{after}', IDS, VALUES)
    assert {name: each.value for name, each in response.items.items()} == {
        name: each["value"] for name, each in items.items()
    }
    assert {name: each.reason for name, each in response.items.items()} == {
        name: each["reason"] for name, each in items.items()
    }


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    read_response(text, IDS, VALUES)
