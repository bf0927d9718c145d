"""The review queue: alike questions are one item, an answer to it is one to each of them."""

import pytest

from discovery_dagster.domain.decision_workbook.sheets import (
    ASSETS,
    COLUMNS,
    CONFLICTS,
    ENDPOINTS,
    WORDS,
    Question,
)
from discovery_dagster.domain.review import Item, UnusableAnswerError, items
from discovery_dagster.domain.review.items import key_of
from discovery_dagster.domain.review.people import NOBODY, by_person


def asset(name: str, weight: int = 0, alike: str = "environment") -> Question:
    cells = {"Asset": name, "Id": name, "Field": alike, "Value": "unknown", "Proposed": None}
    return Question(cells, ("production", "test"), alike, weight)


def claim(name: str) -> Question:
    cells = {"File": "a.csv", "Sheet": None, "Column": name, "Taken for": "business_owner"}
    return Question(cells, ("accept", "reject"), "claims\na.csv\n\nbusiness_owner")


def conflict(name: str, *values: str) -> Question:
    cells = {"Asset": name, "Id": name, "Field": "storage_gb"}
    return Question(cells, values, "storage_gb\nvms.csv\ncmdb.csv", values=values)


def verdicts(item: Item, value: str, *without: str) -> list[str]:
    return [answer.answer for answer in item.answers(value, without, "why", "Ann")]


def test_what_is_asked_alike_is_one_item_with_the_weightiest_first():
    (item,) = items({ASSETS.name: [asset("small", 1), asset("large", 9)]})
    assert [one.cells["Asset"] for one in item.questions] == ["large", "small"]
    assert item.weight == 10
    assert verdicts(item, "test") == ["test", "test"]


def test_what_decides_most_comes_first():
    word = Question({"Field": "type", "Word": "Blech", "Proposed": None}, weight=3)
    end = Question({"Endpoint": "10.0.0.1"}, ("external",), weight=500)
    queue = items(
        {
            ENDPOINTS.name: [end],
            ASSETS.name: [asset("a", 2), asset("b", 7, "type")],
            WORDS.name: [word],
            COLUMNS.name: [claim("Owner"), claim("Contact")],
        }
    )
    assert [item.sheet for item in queue] == ["Columns", "Dictionary", "Assets", "Endpoints",
                                              "Assets"]  # fmt: skip
    assert queue[2].first["Field"] == "type"


def test_questions_can_be_left_out_but_not_all_of_them():
    (item,) = items({ASSETS.name: [asset("a", 2), asset("b", 1)]})
    keys = [key_of(ASSETS.name, one) for one in item.questions]
    (answer,) = item.answers("test", keys[:1], "why", "Ann")
    assert (answer.cells["Asset"], answer.author, answer.reason) == ("b", "Ann", "why")
    with pytest.raises(UnusableAnswerError):
        item.answers("test", keys, "why", "Ann")
    with pytest.raises(UnusableAnswerError):
        item.answers(" ", [], "why", "Ann")


def test_the_column_that_is_the_field_is_accepted_and_the_others_are_rejected():
    (item,) = items({COLUMNS.name: [claim("Owner"), claim("Contact")]})
    assert [choice.label for choice in item.choices] == ["Owner", "Contact"]
    assert verdicts(item, "column:Contact") == ["reject", "accept"]
    (alone,) = items({COLUMNS.name: [claim("Owner")]})
    assert [choice.value for choice in alone.choices] == ["accept", "reject"]


def test_one_source_is_right_about_many_assets_each_with_a_value_of_its_own():
    (item,) = items({CONFLICTS.name: [conflict("a", "47.2", "40"), conflict("b", "137.4", "120")]})
    assert [choice.label for choice in item.choices] == ["vms.csv", "cmdb.csv"]
    assert verdicts(item, "source:1") == ["40", "120"]
    for nonsense in ("source:7", "source:x", "source:-1"):
        with pytest.raises(UnusableAnswerError):
            verdicts(item, nonsense)


def test_a_word_of_any_meaning_offers_what_is_proposed():
    cells = {"Field": "location", "Word": "RZ1", "Proposed": "Berlin: so says other evidence"}
    (item,) = items({WORDS.name: [Question(cells)]})
    assert [(one.value, one.label) for one in item.choices] == [("accept", "Berlin")]
    assert item.is_free


def test_an_item_is_called_the_same_as_long_as_the_same_is_asked():
    before = items({ASSETS.name: [asset("a"), asset("b")]})
    after = items({ASSETS.name: [asset("b")]})
    assert [item.key for item in before] == [item.key for item in after]


def test_questions_are_for_owners_or_whom_they_were_put_aside_for():
    queue = items(
        {
            ASSETS.name: [asset("a"), asset("b"), asset("c")],
            CONFLICTS.name: [conflict("a", "1", "2")],
        }
    )
    people = by_person(queue, {"a": "Zoe  Ek", "b": "ann"}, {})
    assert list(people) == ["ann", "Zoe Ek", NOBODY]
    assert {sheet: len(asked) for sheet, asked in people["Zoe Ek"].items()} == {
        ASSETS.name: 1,
        CONFLICTS.name: 1,
    }
    assigned = {item.key: "Bo" for item in queue if item.sheet == ASSETS.name}
    people = by_person(queue, {"a": "Zoe Ek"}, assigned)
    assert [one.cells["Asset"] for one in people["Bo"][ASSETS.name]] == ["a", "b", "c"]
    assert list(people) == ["Bo", "Zoe Ek"]
