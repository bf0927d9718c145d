from discovery_dagster.domain.decision_workbook.sheets import Answer
from discovery_dagster.store.decisions.answers.outcome import (
    CannotApplyError,
    Outcome,
    consistent_requests,
)


def answer(row: int, text: str) -> Answer:
    return Answer("Endpoints", row, {"Endpoint": "10.0.0.77"}, text, "so", "ann")


def read(each: Answer) -> tuple[str, str, int]:
    if each.answer == "nonsense":
        raise CannotApplyError("Answer", "It is nonsense.")
    return "10.0.0.77", each.answer, each.row


def test_of_answers_about_one_thing_the_first_holds_and_what_contradicts_it_is_told():
    outcome = Outcome()
    answers = [answer(2, "a"), answer(3, "a"), answer(4, "b"), answer(5, "nonsense")]
    assert consistent_requests(outcome, answers, read) == [2]
    assert outcome.unchanged == 1, "the answer that repeats it"
    assert [(each.row, each.message) for each in outcome.problems] == [
        (4, "It contradicts row 2 of Endpoints."),
        (5, "It is nonsense."),
    ]
