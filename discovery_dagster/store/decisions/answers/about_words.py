"""Answers about words, which become entries of the client's dictionary."""

from collections.abc import Mapping, Sequence

from discovery_dagster.domain.decision_workbook.sheets import ACCEPT, ANSWER, Answer
from discovery_dagster.domain.dictionary import WordDecision, key_of
from discovery_dagster.domain.dictionary.fields import (
    DictionaryError,
    read_field,
    read_meaning,
    read_word,
)
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.words import fold
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import dictionary
from discovery_dagster.store.decisions.answers.outcome import (
    Asked,
    CannotApplyError,
    Outcome,
    consistent_requests,
)
from discovery_dagster.store.decisions.dictionary import WordRequest

_COLUMNS = {"field": "Field", "word": "Word", "meaning": ANSWER}


def apply(
    database: Database, session: SessionKey, answers: Sequence[Answer], asked: Asked
) -> Outcome:
    """Decide what words mean as `answers` say; `asked` is when and where they were asked."""
    outcome = Outcome()
    held = {each.subject: each for each in dictionary.current(database, session.engagement)}

    def read(answer: Answer) -> tuple[tuple[str, str], str, WordRequest]:
        request = _request(answer, asked)
        subject = (request.field, key_of(request.word))
        _check_not_decided_otherwise(held, subject, request, asked)
        return subject, request.meaning or "", request

    requests = consistent_requests(outcome, answers, read)
    outcome.applied = len(dictionary.decide(database, session.engagement, requests))
    outcome.unchanged += len(requests) - outcome.applied
    return outcome


def _request(answer: Answer, asked: Asked) -> WordRequest:
    try:
        field = read_field(answer.cells.get("Field") or "")
        word = read_word(answer.cells.get("Word") or "")
        meaning = read_meaning(field, _text(answer))
    except DictionaryError as error:
        raise CannotApplyError(_COLUMNS[error.part], error.message) from error
    return WordRequest(
        field, word, meaning, answer.author or "", answer.reason, asked.origin(answer)
    )


def _text(answer: Answer) -> str:
    """The answer, or what was proposed where that is accepted."""
    if fold(answer.answer) != ACCEPT:
        return answer.answer
    proposed = answer.cells.get("Proposed")
    if not proposed:
        raise CannotApplyError(ANSWER, "Nothing is proposed for this word: say what it means.")
    return proposed.partition(":")[0]


def _check_not_decided_otherwise(
    held: Mapping[tuple[str, str], WordDecision],
    subject: tuple[str, str],
    request: WordRequest,
    asked: Asked,
) -> None:
    """Refuse an answer about a word that somebody explained otherwise, elsewhere than here."""
    each = held.get(subject)
    if each is None or each.meaning == request.meaning or asked.is_own(each.origin):
        return
    raise CannotApplyError(
        None,
        f"{each.author} decided on {each.at:%Y-%m-%d} that it means {each.meaning}:"
        " `discovery dictionary set` decides otherwise.",
    )
