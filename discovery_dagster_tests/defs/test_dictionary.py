"""What a person says that a word means holds for all its records, files and sessions."""

from dataclasses import replace

import dagster as dg
import pytest

from discovery_dagster.defs.sensors import decisions_sensor
from discovery_dagster.domain.decision_workbook.open_questions import questions
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, findings, sessions, states
from discovery_dagster.store.decisions import dictionary
from discovery_dagster.store.decisions.dictionary import WordRequest
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.defs.test_staleness import stale_in_dagster

#: Invented words for types, and how many records have each: 98 in one file.
WORDS = {"ORAINS": 40, "WASNODE": 30, "MQMGR": 20, "HYPX": 8}
#: Codes of another one, each of ten records.
CODES = [f"X{at}7" for at in range(8)]
MEANINGS = {
    "ORAINS": "database", "WASNODE": "middleware", "MQMGR": "middleware", "HYPX": "server",
    **dict.fromkeys(CODES, "storage"),
}  # fmt: skip
#: Phrases that hold back 37 of 90 edges.
PHRASES = {
    "speist ein in": ("source connects_to target", 12),
    "hängt dran an": ("source depends_on target", 10),
    "gibt ab an": ("target depends_on source", 8),
    "sitzt drauf auf": ("source runs_on target", 4),
    "hält vor auf": ("source uses_storage target", 3),
}


def things(words):
    named = [(f"{word.lower()}-{at:02}", word) for word in words for at in range(words[word])]
    rows = [f"{name},{word}" for name, word in named]
    return "\n".join(["Name,Class", *rows]) + "\n"


def needs():
    phrases = [phrase for phrase, (_, many) in PHRASES.items() for _ in range(many)]
    phrases += ["depends on"] * 53
    # Each relation has ends of its own, so that it is an edge of its own.
    ends = [(f"wasnode-{at % 30:02}", f"orains-{(at + at // 30) % 40:02}") for at in range(90)]
    rows = [f"{a},{b},{phrase}" for (a, b), phrase in zip(ends, phrases, strict=True)]
    return "\n".join(["Source,Target,Relation", *rows]) + "\n"


@pytest.fixture
def register(engine, engagement, tmp_path):
    def _register(key=engagement, **texts):
        files = []
        for name, text in texts.items():
            path = tmp_path / f"{key}-{name}.csv"
            path.write_text(text, "utf-8")
            files.append(IncomingFile(f"{name}.csv", path))
        return sessions.register(engine.database, ObjectStore(Settings().objects), key, files)

    return _register


def explain(engine, engagement, field, meanings):
    requests = [
        WordRequest(field, word, meaning, "ann", "the CMDB's handbook")
        for word, meaning in meanings.items()
    ]
    return dictionary.decide(engine.database, engagement, requests)


def stale(engine, session):
    state = states.state(engine.database, session)
    return [step.step for step in state.steps if step.status == "stale"]


def asked(engine, session, *, of_words=True):
    """The questions of the workbook by sheet."""
    open_findings = findings.findings(engine.database, ObjectStore(Settings().objects), session)
    return questions(open_findings if of_words else replace(open_findings, words=()))[0]


def of_types(questions_by_sheet):
    return [one for one in questions_by_sheet["Assets"] if one.cells["Field"] == "type"]


def test_each_word_is_asked_once_and_its_answer_types_assets_and_gives_edges(engine, register):
    estate = {
        "things": things(WORDS), "codes": things(dict.fromkeys(CODES, 10)), "needs": needs(),
    }  # fmt: skip
    session = register(**estate)
    engine.execute_here(session)
    before = asked(engine, session, of_words=False)
    assert (len(of_types(before)), before["Dictionary"]) == (98 + 80, [])
    edges = list(exports.rows(engine.database, session, "dependencies"))
    assert len(edges) == 53

    sheets = asked(engine, session)
    assert of_types(sheets) == []
    words = [(one.cells["Field"], one.cells["Word"]) for one in sheets["Dictionary"]]
    assert sorted(words) == sorted(
        [*(("type", word) for word in MEANINGS), *(("relation", phrase) for phrase in PHRASES)]
    )
    first = sheets["Dictionary"][0].cells
    assert (first["Field"], first["In"], first["Rows"], first["Files"], first["Such as"]) == (
        "type", "Class", "40", "things.csv", "orains-00; orains-01; orains-02",
    )  # fmt: skip
    counts = {step.step: step.counts for step in states.state(engine.database, session).steps}
    assert counts["canonical_records"]["unexplained_words"] == 4 + 8 + 5

    explain(engine, session.engagement, "type", MEANINGS)
    explain(engine, session.engagement, "relation", {p: m for p, (m, _) in PHRASES.items()})
    now = asked(engine, session)
    assert (now["Dictionary"], of_types(now)) == ([], []), "nobody is asked again before the run"
    assert stale(engine, session)[0] == "canonical_records"
    decisions_sensor(dg.build_sensor_context(engine.instance, cursor=""))
    assert stale_in_dagster(engine, session) == {"canonical_records"}  # and not yet what is below

    engine.execute_here(session)
    assert stale(engine, session) == []
    assert stale_in_dagster(engine, session) == set()
    typed = {row["name"]: row for row in exports.rows(engine.database, session, "assets")}
    assert {name: row["type"] for name, row in typed.items()} == {
        name: MEANINGS[word.upper()] for name in typed for word in [name.rpartition("-")[0]]
    }
    assert any(
        "`ORAINS` in `Class` means database" in sentence and "ann decided" in sentence
        for sentence in typed["orains-00"]["rationale"]
    )
    edges = list(exports.rows(engine.database, session, "dependencies"))
    assert sum(len(edge["evidence"]) for edge in edges) == 90
    assert {"connects_to", "runs_on", "uses_storage"} <= {edge["relation"] for edge in edges}
    stated = [piece["detail"] for edge in edges for piece in edge["evidence"]]
    assert any(
        each.startswith("speist ein in (means source connects to target") and "ann decided" in each
        for each in stated
    )
    turned = [edge for edge in edges if edge["source"].startswith("orains")]
    assert len(turned) == 8
    after = asked(engine, session)
    assert (after["Dictionary"], of_types(after)) == ([], [])


def test_an_answer_holds_for_later_sessions_of_the_client_and_for_nobody_else(
    engine, register, engagement
):
    untouched = register(a=things({"OTHERCODE": 1}))
    engine.execute_here(untouched)
    explain(engine, engagement, "type", {"qxsub": "database"})
    assert stale(engine, untouched) == [], "it has no such word"
    sibling = EngagementKey(engagement.client, f"{engagement.engagement}x")
    rival = EngagementKey("rival", engagement.engagement)
    for key, kind in ((sibling, "database"), (rival, "unknown")):
        session = register(key, a=things({"QXSUB": 2}))
        engine.execute_here(session)
        assert {row["type"] for row in exports.rows(engine.database, session, "assets")} == {kind}
        assert stale(engine, session) == []
    assert dictionary.current(engine.database, rival) == []
    listed = exports.rows(engine.database, session, "words")
    assert [(row["word"], row["rows"], row["decided"]) for row in listed] == [("QXSUB", 2, None)]

    dictionary.remove(engine.database, engagement, "type", "QxSub", "ann")
    log = dictionary.history(engine.database, sibling)
    assert [each.meaning for each in log if each.word == "qxsub"] == ["database", None]
