"""The review queue over HTTP: what it asks, what an answer changes, and that it is taken back."""

import io
import re
from collections.abc import Iterator

import httpx
import openpyxl
import pytest

from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.decisions.overrides import Override
from discovery_dagster.domain.dictionary import WordDecision
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.roles import Role
from discovery_dagster.store.decisions import audit, dictionary, mappings, overrides
from discovery_dagster.store.decisions.audit import Entry
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served
from discovery_dagster_tests.signed_in import Person, signed_in

SESSION = "/engagements/mill.exit/sessions/s001"
REVIEW = f"{SESSION}/review"
MILL = EngagementKey("mill", "exit")
PLACE = ("--client", "mill", "--engagement", "exit")

#: Two lists that differ about storage, a word that nobody knows, and two columns for one field.
CMDB = """Hostname,IP Address,Typ,Owner,Verantwortlich,Storage (GB)
mill-01,10.9.0.1,Blechkiste,Finance,Team A,100
mill-02,10.9.0.2,Blechkiste,Finance,Team A,200
mill-03,10.9.0.3,Blechkiste,Sales,Team B,300
"""
MONITORING = """Hostname,IP Address,Storage (GB)
mill-01,10.9.0.1,150
mill-02,10.9.0.2,250
"""
CONNECTIONS = """Source Host,Destination Host,Destination Port
mill-01,10.9.7.7,443
mill-02,mill-01,443
"""


@pytest.fixture(scope="module")
def served(standing: Installation, serving_home: Served) -> Served:
    with open_folder() as folder:
        for name, text in {"cmdb": CMDB, "monitoring": MONITORING, "net": CONNECTIONS}.items():
            (folder / f"{name}.csv").write_text(text)
        standing.json("import", folder, *PLACE)
    return serving_home


@pytest.fixture
def ann(served: Served) -> Iterator[Person]:
    """An editor of the whole client."""
    with signed_in(served, "mill") as person:
        yield person


def key_of(page: str, title: str) -> str:
    """The key of the item whose question begins like this."""
    match = re.search(rf'id="t-(\w+)">{re.escape(title)}', page)
    assert match, f"{title} is not asked"
    return match[1]


def answered(ann: Person, item: str, answer: str, **more: str) -> str:
    """Preview an answer, give it, and return the page that follows."""
    preview = f"{REVIEW}/preview?item={item}&answer={answer}"
    hidden = ann.hidden(preview)
    sent = ann.send(f"{REVIEW}/answers", hidden, **more)
    assert sent.status_code == 303, sent.text
    return ann.page(sent.headers["location"].partition("#")[0])


def log(served: Served) -> list[Entry]:
    """What was decided, newest first."""
    with served.home.database() as database:
        return audit.everything(database, MILL)


def words(served: Served) -> list[WordDecision]:
    with served.home.database() as database:
        return dictionary.current(database, MILL)


def columns(served: Served) -> list[MappingDecision]:
    with served.home.database() as database:
        return mappings.in_force(database, MILL)


def values(served: Served) -> list[Override]:
    with served.home.database() as database:
        return overrides.in_force(database, MILL)


def test_a_word_is_explained_once_for_all_its_records_and_that_is_undone(
    served: Served, ann: Person
):
    item = key_of(ann.page(REVIEW), "What does “Blechkiste” mean?")
    before = log(served)
    preview = ann.page(f"{REVIEW}/preview?item={item}&answer=server")
    assert "not explained" in preview
    assert log(served) == before, "a preview decides nothing"
    page = answered(ann, item, "server", reason="she asked them")
    assert "Answered: Type of Blechkiste is server." in page
    assert "What does “Blechkiste” mean?" not in page
    (word,) = words(served)
    assert (word.meaning, word.author, word.reason) == ("server", "Ann Li", "she asked them")
    number = re.search(r"answers/(\w+)/undo", page)
    assert number
    undo = f"{REVIEW}/answers/{number[1]}/undo"
    sent = ann.send(undo, ann.hidden(REVIEW))
    assert sent.status_code == 303
    assert "What does “Blechkiste” mean?" in ann.page(REVIEW)
    assert words(served) == []
    assert ann.send(undo, ann.hidden(REVIEW)).status_code == 404, "nothing of it is in force"
    assert [one.after for one in log(served)[:2]] == [None, "server"], "the log keeps both"


def test_one_source_is_right_about_many_assets(served: Served, ann: Person):
    item = key_of(ann.page(REVIEW), "Storage (GB) of 2 assets: which source is right?")
    page = answered(ann, item, "source:1")
    assert "which source is right?" not in page
    decided = {one.name: one.value for one in values(served)}
    assert set(decided.values()) in ({"100.0", "200.0"}, {"150.0", "250.0"})
    ann.send(f"{REVIEW}/answers/{number_of(page)}/undo", ann.hidden(REVIEW))
    assert values(served) == []
    assert "which source is right?" in ann.page(REVIEW)


def test_an_answer_leaves_out_what_is_ticked(served: Served, ann: Person):
    page = ann.page(REVIEW)
    item = key_of(page, "Storage (GB) of 2 assets: which source is right?")
    shown = page[page.index(item) :]
    first = re.search(r'name="without" value="(\w+)"', shown)
    assert first
    hidden = ann.hidden(f"{REVIEW}/preview?item={item}&answer=source:1&without={first[1]}")
    assert hidden["without"] == first[1]
    sent = ann.send(f"{REVIEW}/answers", hidden)
    assert len(values(served)) == 1
    page = ann.page(sent.headers["location"].partition("#")[0])
    ann.send(f"{REVIEW}/answers/{number_of(page)}/undo", ann.hidden(REVIEW))


def test_which_of_two_columns_is_a_field_is_decided_for_the_client(served: Served, ann: Person):
    item = key_of(ann.page(REVIEW), "Which column is Business owner?")
    page = answered(ann, item, "column:Verantwortlich")
    assert {(one.column, one.accepted) for one in columns(served)} == {
        ("Verantwortlich", True),
        ("Owner", False),
    }
    ann.send(f"{REVIEW}/answers/{number_of(page)}/undo", ann.hidden(REVIEW))
    assert columns(served) == []
    assert "Which column is Business owner?" in ann.page(REVIEW)


def test_an_endpoint_is_an_asset_or_outside(served: Served, ann: Person):
    item = key_of(ann.page(REVIEW), "What is 10.9.7.7?")
    page = answered(ann, item, "mill-03", reason="its second address")
    (alias,) = [one for one in log(served) if one.about == "10.9.7.7"]
    assert (alias.author, alias.reason) == ("Ann Li", "its second address")
    assert "What is 10.9.7.7?" not in page
    ann.send(f"{REVIEW}/answers/{number_of(page)}/undo", ann.hidden(REVIEW))


def test_a_question_is_put_aside_for_somebody_and_asked_again(served: Served, ann: Person):
    item = key_of(ann.page(REVIEW), "What does “Blechkiste” mean?")
    sent = ann.send(f"{REVIEW}/aside", ann.hidden(REVIEW), item=item, whom="Bo Ek")
    assert sent.status_code == 303
    page = ann.page(REVIEW)
    assert f'id="q-{item}"' not in page
    assert "for Bo Ek, put aside by Ann Li" in page
    number = re.search(r"aside/(\d+)/undo", page)
    assert number
    ann.send(f"{REVIEW}/aside/{number[1]}/undo", ann.hidden(REVIEW))
    assert f'id="q-{item}"' in ann.page(REVIEW)
    states = served.home.json("status", *PLACE)["sessions"]
    assert states[0]["status"] == "done", "to put a question aside makes nothing stale"


def test_what_is_no_answer_is_refused_and_decides_nothing(served: Served, ann: Person):
    item = key_of(ann.page(REVIEW), "What does “Blechkiste” mean?")
    before = log(served)
    for fields in ({"answer": "toaster"}, {"answer": ""}, {"reason": "x" * 3000}):
        hidden = ann.hidden(f"{REVIEW}/preview?item={item}&answer=server")
        assert ann.send(f"{REVIEW}/answers", {**hidden, **fields}).status_code == 409, fields
    hidden = ann.hidden(REVIEW)
    assert ann.send(f"{REVIEW}/answers", hidden, item="0" * 16, answer="server").status_code == 404
    assert ann.browser.get(f"{REVIEW}/preview?item={item}").status_code == 409
    assert log(served) == before


def test_the_later_of_two_answers_is_told(served: Served, ann: Person):
    item = key_of(ann.page(REVIEW), "What does “Blechkiste” mean?")
    preview = f"{REVIEW}/preview?item={item}&answer=server"
    with signed_in(served, "mill", name="Bo Ek") as bo:
        his = bo.hidden(preview)
        page = answered(ann, item, "storage")
        late = bo.send(f"{REVIEW}/answers", his)
        assert late.status_code == 404
    ann.send(f"{REVIEW}/answers/{number_of(page)}/undo", ann.hidden(REVIEW))


def test_a_token_of_one_engagement_decides_nothing_for_the_client(served: Served, ann: Person):
    before = log(served)
    with signed_in(served, "mill", "exit", name="Ed") as ed:
        page = ed.page(REVIEW)
        item = key_of(page, "What does “Blechkiste” mean?")
        assert "somebody whose token is for all of them decides this" in page
        sent = ed.send(f"{REVIEW}/answers", ed.hidden(REVIEW), item=item, answer="server")
        assert sent.status_code == 403
        assert "your token is for some of them" in sent.text
    assert log(served) == before


def number_of(page: str) -> str:
    """The number of the answer that a page says was given."""
    match = re.search(r"answers/(\w+)/undo", page)
    assert match
    return match[1]


def test_everything_of_a_session_is_downloaded_from_one_page(served: Served, ann: Person):
    page = ann.page(f"{SESSION}/downloads")
    links = re.findall(r'href="([^"]+\.(?:csv|ndjson|parquet|xlsx))"', page)
    assert len(links) > 50
    for url in (*links, f"{SESSION}/report.html?client_name=Mill+%26+Co", f"{SESSION}/report.xlsx"):
        answer = ann.browser.get(url)
        assert answer.status_code == 200, url
        assert "attachment" in answer.headers["content-disposition"], url
        if "report.html" in url:
            assert "Mill &amp; Co" in answer.text
    with signed_in(served, "elsewhere", name="Eve") as eve:
        assert eve.browser.get(f"{SESSION}/report.xlsx").status_code == 404


def filled_in(content: bytes, **answers: str) -> bytes:
    """A workbook of questions as somebody sends it back: by field, what they answer."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Conflicts"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        field = str(sheet.cell(row, places["Field"]).value)
        sheet.cell(row, places["Answer"]).value = answers.get(field)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent_back(person: Person, content: bytes, session: str = SESSION) -> httpx.Response:
    return person.browser.post(
        f"{session}/review/import",
        data={"form": person.hidden(f"{REVIEW}/people")["form"]},
        files=[("files", ("questions.xlsx", content))],
    )


def test_the_clients_people_answer_in_workbooks_that_are_read_back(served: Served, ann: Person):
    item = key_of(ann.page(REVIEW), "Storage (GB) of 2 assets: which source is right?")
    ann.send(f"{REVIEW}/aside", ann.hidden(REVIEW), item=item, whom="Finance")
    page = ann.page(f"{REVIEW}/people")
    assert "Workbook for Finance" in page and "nobody is named" in page
    answer = ann.browser.get(f"{REVIEW}/people.xlsx?person=Finance")
    assert "questions-finance.xlsx" in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book["Dictionary"].max_row == 1, "what is the client's is not Finance's to say"
    assert book["Conflicts"].max_row == 3
    assert ann.browser.get(f"{REVIEW}/people.xlsx?person=Nobody").status_code == 404

    before = log(served)
    wrong = sent_back(ann, filled_in(answer.content, storage_gb="lots"))
    assert "0 answers applied" in wrong.text
    assert "sheet Conflicts, row 2, column Answer" in wrong.text
    assert log(served) == before
    right = sent_back(ann, filled_in(answer.content, storage_gb="500"))
    assert "2 answers applied" in right.text
    assert {one.value for one in values(served)} == {"500.0"}
    entry = log(served)[0]
    assert entry.author == "Ann Li"
    assert re.search(r"workbook as of \d+, token \w+, sheet Conflicts, row", entry.origin)
    again = sent_back(ann, filled_in(answer.content, storage_gb="500"))
    assert "0 answers applied, 2 in force already" in again.text

    for content, status in ((b"no workbook", 409), (b"", 409)):
        assert sent_back(ann, content).status_code == status
    before, stolen = log(served), ann.hidden(f"{REVIEW}/people")
    files = [("files", ("questions.xlsx", filled_in(answer.content, storage_gb="600")))]
    with (
        signed_in(served, "mill", role=Role.VIEWER, name=None) as viewer,
        signed_in(served, "upland", name="Eve") as eve,
        signed_in(served, "mill", name="Bo Ek") as bo,
    ):
        assert viewer.browser.get(f"{REVIEW}/people").status_code == 403
        assert viewer.browser.get(f"{REVIEW}/people.xlsx").status_code == 403
        for person, form, status in (
            (viewer, stolen, 403),
            (eve, stolen, 404),
            (bo, stolen, 403),
            (ann, {}, 403),
            (ann, {"form": stolen["form"][:-2] + "xx"}, 403),
        ):
            sent = person.browser.post(f"{REVIEW}/import", data=form, files=files)
            assert sent.status_code == status
    assert log(served) == before
