"""What people decide by the forms of the pages: by whom, of whom, once, and as the commands do."""

import base64
import hashlib
import json
import re
import stat
from collections.abc import Iterator

import httpx
import pytest

from discovery_dagster.domain.roles import Role
from discovery_dagster.store import tokens
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served
from discovery_dagster_tests.signed_in import Person, signed_in

HILLSIDE = "/engagements/hillside.exit/sessions/s001"
DALESEND = "/engagements/dalesend.exit/sessions/s001"
PLACE = ("--client", "hillside", "--engagement", "exit")


@pytest.fixture(scope="module")
def served(standing: Installation, serving_home: Served) -> Served:
    """A server of clients whose sessions no other test reads: what is decided makes them stale."""
    with open_folder() as folder:
        for client in ("hillside", "dalesend"):
            export = folder / f"{client}.csv"
            export.write_text(f"Hostname,IP Address\n{client}-01,10.0.0.1\n{client}-02,10.0.0.2\n")
            standing.json("import", export, "--client", client, "--engagement", "exit")
    return serving_home


@pytest.fixture
def ann(served: Served) -> Iterator[Person]:
    """An editor of the client `hillside`."""
    with signed_in(served, "hillside") as person:
        yield person


@pytest.fixture(scope="module")
def names(served: Served) -> dict[str, str]:
    """The addresses of the first assets of both clients."""
    asset_urls = {}
    for client, session in (("hillside", HILLSIDE), ("dalesend", DALESEND)):
        with served.asking(served.token(client)) as asking:
            items = asking.get(f"{session}/assets?sort=name").json()["items"]
        asset_urls[client] = f"{session}/assets/{items[0]['id']}"
    return asset_urls


def log(served: Served, client: str = "hillside") -> list[dict[str, str]]:
    """What was decided, newest first."""
    place = ("--client", client, "--engagement", "exit")
    return list(served.home.json("decisions", "log", *place)["decisions"])


def test_an_asset_is_decided_where_it_stands_and_that_is_taken_back(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    asset = names["hillside"]
    hidden = ann.hidden(asset)
    sent = ann.send(
        f"{asset}/decisions", hidden, type="storage", business_owner="Finance", reason="she runs it"
    )
    assert sent.status_code == 303
    page = ann.page(sent.headers["location"].partition("#")[0])
    assert "Decided: Type is storage." in page
    assert "Decided: Business owner is Finance." in page
    assert "Out of date until this session is run again" in page
    entries = log(served)[:2]
    assert {(one["author"], one["field"], one["after"]) for one in entries} == {
        ("Ann Li", "type", "storage"),
        ("Ann Li", "business_owner", "Finance"),
    }
    assert all(one["origin"].startswith("page, token ") for one in entries)
    assert "she runs it" in ann.page("/engagements/hillside.exit/decisions")

    for decided in served.home.json("override", "list", *PLACE)["overrides"]:
        undone = ann.send(f"{asset}/decisions/{decided['decision']}/undo", ann.hidden(asset))
        assert undone.status_code == 303
    assert "Taken back: Business owner" in ann.page(undone.headers["location"].partition("#")[0])
    assert served.home.json("override", "list", *PLACE)["overrides"] == []


def test_what_cannot_be_is_refused_in_words_and_nothing_is_done(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    asset, before = names["hillside"], log(served)
    for fields in (
        {"type": "toaster", "reason": "breakfast"},
        {"type": "server", "reason": " "},
        {"type": "server", "reason": "x" * 3000},
    ):
        referer = {"Referer": f"{served.url}{asset}"}
        refused = ann.send(f"{asset}/decisions", ann.hidden(asset), headers=referer, **fields)
        assert refused.status_code == 409
        assert "This was not done" in refused.text
        assert f'href="{asset}"' in refused.text, "a way back to the form"
    large = ann.send(f"{asset}/decisions", ann.hidden(asset), reason="x" * 70_000)
    assert large.status_code == 413
    assert log(served) == before


def test_the_later_of_two_who_contradict_each_other_is_told(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    asset = names["hillside"]
    with signed_in(served, "hillside", name="Bo Ek") as bo:
        hers, his = ann.hidden(asset), bo.hidden(asset)
        sent = ann.send(f"{asset}/decisions", hers, environment="test", reason="a")
        assert sent.status_code == 303
        refusal = bo.send(f"{asset}/decisions", his, environment="production", reason="b")
        assert refusal.status_code == 409
        assert "Ann Li decided test" in refusal.text
        again = bo.send(
            f"{asset}/decisions", bo.hidden(asset), environment="production", reason="b"
        )
        assert again.status_code == 303
    assert [one["after"] for one in log(served)[:2]] == ["production", "test"], "both are kept"


def forms(asset: str) -> dict[str, dict[str, str]]:
    """Every form that writes, by where it is sent, and what somebody would fill in."""
    session = asset.partition("/assets/")[0]
    engagement = session.partition("/sessions/")[0]
    return {
        f"{asset}/decisions": {"type": "server", "reason": "mine"},
        f"{asset}/decisions/1/undo": {},
        f"{session}/plan/limits": {"kind": "freeze", "value": "*"},
        f"{session}/plan/limits/1/remove": {},
        f"{session}/plan/moves/{asset.rpartition('/')[2]}": {"to": "wave 2"},
        f"{session}/plan/scenarios": {"name": "mine"},
        f"{session}/plan/scenarios/1/apply": {},
        f"{session}/plan/scenarios/1/remove": {},
        f"{session}/comments": {"subject": "wave 1", "text": "mine"},
        f"{session}/comments/1/remove": {},
        f"{session}/title": {"title": "mine"},
        f"{engagement}/client-name": {"name": "mine"},
        f"{session}/run": {},
        f"{session}/stop": {},
        f"{session}/plan/sign-off": {"publication": "p", "name": "Eve"},
        f"{session}/plan/sign-off/1/undo": {},
        f"{session}/review/answers": {"item": "0", "answer": "server"},
        f"{session}/review/answers/0a/undo": {},
        f"{session}/review/aside": {"item": "0"},
        f"{session}/review/aside/1/undo": {},
        f"{engagement}/uploads": {"files": '[["a.csv", 1]]'},
        f"{engagement}/import/0123456789abcdef/start": {},
        f"{engagement}/import/0123456789abcdef/discard": {},
        f"{engagement}/tokens": {"role": "viewer"},
        f"{engagement}/tokens/0123/revoke": {},
        f"{session}/teaching/0/format": {"grain": "thing", "name": "x", "reason": "r"},
        f"{session}/teaching/formats/x/remove": {},
    }


def test_nobody_writes_without_the_right_to(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    """Each form by each who may not, with form tokens that are not theirs; nothing is done."""
    own, theirs = names["hillside"], names["dalesend"]
    before = log(served), log(served, "dalesend")
    stolen, cookie = ann.hidden(own), ann.browser.cookies["discovery"]
    tries: list[tuple[str, httpx.Response, int]] = []
    with (
        signed_in(served, "hillside", role=Role.VIEWER, name=None) as viewer,
        signed_in(served, "dalesend", name="Eve") as eve,
        signed_in(served, "hillside", "other", name="Ed") as elsewhere,
        httpx.Client(base_url=served.url, timeout=60) as nobody,
    ):
        assert "form" not in viewer.hidden(own), "who may only look is shown no form"
        assert "Decide what it is" not in viewer.page(own)
        for path, fields in forms(own).items():
            tries += [
                ("viewer, stolen form token", viewer.send(path, stolen, **fields), 403),
                ("viewer, no form token", viewer.send(path, {}, **fields), 403),
                ("another client's editor", eve.send(path, eve.hidden(theirs), **fields), 404),
                ("the same, stolen form token", eve.send(path, stolen, **fields), 404),
                ("another engagement's editor", elsewhere.send(path, stolen, **fields), 404),
                ("nobody", nobody.post(path, data={**stolen, **fields}), 303),
                ("no form token", ann.send(path, {}, **fields), 403),
                ("forged", ann.send(path, {"form": stolen["form"][:-2] + "xx"}, **fields), 403),
                ("nonsense", ann.send(path, {"form": "\N{SNOWMAN}.a.b"}, **fields), 403),
                ("the cookie", ann.send(path, {"form": cookie}, **fields), 403),
            ]  # fmt: skip
            for headers in (
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
                {"Origin": "https://example.com"},
                {"Origin": "null"},
            ):
                tries.append((str(headers), ann.send(path, stolen, headers, **fields), 403))
            bearer = {
                "Authorization": f"Bearer {served.token('hillside', role=Role.EDITOR, name='A')}"
            }
            tries.append(("bearer", nobody.post(path, data=fields, headers=bearer), 403))
            tries.append(("bearer, stolen", nobody.post(path, data=stolen, headers=bearer), 403))
        for path, fields in forms(theirs).items():
            tries.append(("across clients", ann.send(path, stolen, **fields), 404))
            if "/assets/" in path:
                mixed = path.replace(DALESEND, HILLSIDE)
                tries.append(("a foreign asset", ann.send(mixed, ann.hidden(own), **fields), 404))
    wrong = [(who, str(answer.url), answer.status_code) for who, answer, status in tries
             if answer.status_code != status]  # fmt: skip
    assert wrong == []
    assert all(
        "/sign-in" in answer.headers["location"] for who, answer, _ in tries if who == "nobody"
    )
    assert (log(served), log(served, "dalesend")) == before


def test_an_operator_makes_a_link_to_look_and_ends_it(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    access = "/engagements/hillside.exit/tokens"
    refused = ann.send(access, ann.hidden(names["hillside"]), role="viewer")
    assert (refused.status_code, ann.browser.get(access).status_code) == (403, 403)
    with signed_in(served, "hillside", role=Role.OPERATOR, name="Olga") as olga:
        form = {"form": olga.hidden(access)["form"]}
        answer = olga.send(access, form, role="viewer", name="Client Ltd")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        secret, *others = set(re.findall(r"dsc_[\w-]+", answer.text))
        assert others == []
        assert secret not in olga.page(access), "it is shown this once"
        with httpx.Client(base_url=served.url, timeout=60) as client:
            assert client.post("/sign-in", data={"token": secret}).status_code == 303
            assert client.get(names["hillside"]).status_code == 200
            assert "Decide what it is" not in client.get(names["hillside"]).text
            assert client.get("/engagements/hillside.other").status_code == 404
            (own,) = re.findall(r"/tokens/(\w+)/revoke", answer.text)
            form = {"form": olga.hidden(access)["form"]}
            assert olga.send(f"{access}/{own}/revoke", form).status_code == 303
            assert client.get(names["hillside"]).status_code == 303, "its logins end with it"
        for fields, status in (
            ({"role": "operator", "name": "Eve"}, 409),
            ({"role": "editor"}, 409),
            ({"role": "emperor"}, 422),
            ({"role": "viewer", "days": "0"}, 422),
        ):
            form = {"form": olga.hidden(access)["form"]}
            assert olga.send(access, form, **fields).status_code == status, fields
        with served.home.database() as database:
            of_client = next(each.id for each in tokens.listed(database) if each.name == "Ann Li")
        form = {"form": olga.hidden(access)["form"]}
        assert olga.send(f"{access}/{of_client}/revoke", form).status_code == 404


def test_a_form_takes_effect_once_and_only_while_its_login_lives(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    path = f"{names['hillside']}/decisions"
    hidden, kept = ann.hidden(names["hillside"]), ann.hidden(names["hillside"])
    fields = {"criticality": "high", "reason": "r"}
    assert ann.send(path, hidden, **fields).status_code == 303
    before = log(served)
    replayed = ann.send(path, hidden, **{**fields, "criticality": "low"})
    assert replayed.status_code == 409
    assert "sent already" in replayed.text
    cookie = {"Cookie": f"discovery={ann.browser.cookies['discovery']}"}
    ann.browser.post("/sign-out")
    assert (
        httpx.post(f"{served.url}{path}", data={**kept, **fields}, headers=cookie).status_code
        == 303
    )
    with signed_in(served, "hillside") as again:
        assert again.send(path, kept, **fields).status_code == 403
    assert log(served) == before


def test_a_limit_is_previewed_then_set_then_removed(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    plan = f"{HILLSIDE}/plan"
    asset = names["hillside"].rsplit("/", 1)[1]
    query = {"kind": "pin", "value": [asset, "3"], "reason": "audit"}
    before = log(served)
    preview = ann.browser.get(f"{plan}/preview", params=query)
    assert preview.status_code == 200
    assert "What this would change" in preview.text
    assert "audit" in preview.text
    assert log(served) == before, "a preview sets nothing"
    hidden = ann.hidden(f"{plan}/preview?{httpx.QueryParams(query)}")
    fields = {"kind": "pin", "value": [asset, "3"], "reason": "audit"}
    token = {"form": hidden["form"]}
    sent = ann.send(f"{plan}/limits", token, **fields)
    assert sent.status_code == 303
    page = ann.page(sent.headers["location"].partition("#")[0])
    assert "Set: Pinned:" in page
    assert "Out of date until this session is run again" in page
    (shown,) = served.home.json("plan", "show", *PLACE)["constraints"]
    assert (shown["author"], shown["values"], shown["reason"]) == ("Ann Li", [asset, "3"], "audit")

    number = shown["id"]
    removal = f"{plan}/preview?remove={number}"
    assert "Remove: Pinned:" in ann.page(removal)
    sent = ann.send(f"{plan}/limits/{number}/remove", ann.hidden(removal))
    assert "Removed: Pinned:" in ann.page(sent.headers["location"].partition("#")[0])
    assert [(one["before"], one["after"]) for one in log(served)[:2]] == [
        (f"{asset}, 3", None),
        (None, f"{asset}, 3"),
    ]


def test_a_limit_that_cannot_be_is_refused_before_it_is_set(ann: Person) -> None:
    for query in ("kind=pin&value=no-such-asset&value=2", "kind=pin&value=a", "kind=x", ""):
        answer = ann.browser.get(f"{HILLSIDE}/plan/preview?{query}")
        assert answer.status_code == 409, query


HOSTILE = "<script>alert(1)</script> =cmd|' /C calc'!A0 \u202e"


def test_comments_are_for_those_who_decide(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    asset = names["hillside"]
    for page, subject in (
        (asset, f"asset {asset.rsplit('/', 1)[1]}"),
        (f"{HILLSIDE}/plan", "wave 1"),
    ):
        form = {"form": ann.hidden(page)["form"]}
        sent = ann.send(f"{HILLSIDE}/comments", form, subject=subject, text=HOSTILE)
        assert sent.headers["location"] == f"{page}#comments"
        shown = ann.browser.get(page).text
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown
        assert "alert(1)" in ann.page("/engagements/hillside.exit/decisions")
        with signed_in(served, "hillside", role=Role.VIEWER, name=None) as viewer:
            assert "alert(1)" not in viewer.page(page)
            assert "alert(1)" not in viewer.page("/engagements/hillside.exit/decisions")
        (number,) = re.findall(r"/comments/(\d+)/remove", shown)
        form = {"form": ann.hidden(page)["form"]}
        assert ann.send(f"{HILLSIDE}/comments/{number}/remove", form).status_code == 303
        assert "alert(1)" not in ann.page(page)
        assert ann.send(f"{HILLSIDE}/comments/{number}/remove", ann.hidden(page)).status_code == 404
    foreign = names["dalesend"].rsplit("/", 1)[1]
    for subject in (f"asset {foreign}", "asset x", "wave 99", "group G9", "client 1", ""):
        form = {"form": ann.hidden(asset)["form"]}
        sent = ann.send(f"{HILLSIDE}/comments", form, subject=subject, text="x")
        assert sent.status_code == 404, subject
    form = {"form": ann.hidden(asset)["form"]}
    assert ann.send(f"{HILLSIDE}/comments", form, subject="wave 1", text=" ").status_code == 409


def test_a_plan_is_signed_off_while_it_is_current(served: Served, ann: Person) -> None:
    plan = "/engagements/dalesend.exit/sessions/s001/plan"
    with signed_in(served, "dalesend", name="Dora") as dora:
        hidden = dora.hidden(plan)
        other = dora.send(f"{plan}/sign-off", {**hidden, "publication": "x"}, name="Dr. Lee")
        assert other.status_code == 409
        nameless = dora.send(f"{plan}/sign-off", dora.hidden(plan), name=" ")
        assert nameless.status_code == 409
        sent = dora.send(f"{plan}/sign-off", dora.hidden(plan), name="Dr. Lee", words="Go.")
        assert sent.status_code == 303, sent.text
        assert "Dr. Lee</strong> signed this plan off. Go." in dora.page(plan)
        with signed_in(served, "dalesend", role=Role.VIEWER, name=None) as viewer:
            assert "entered by Dora" in viewer.page(plan)
        number = re.search(r"sign-off/(\d+)/undo", dora.page(plan))
        assert number
        undo = f"{plan}/sign-off/{number[1]}/undo"
        assert dora.send(undo, dora.hidden(plan)).status_code == 303
        assert "Nobody has signed this plan off." in dora.page(plan)
        assert dora.send(undo, dora.hidden(plan)).status_code == 404
    entry = log(served, "dalesend")[1]
    assert (entry["about"], entry["field"], entry["after"]) == (
        "plan of s001", "signed off", "Dr. Lee",
    )  # fmt: skip


def test_a_run_is_asked_for_once(served: Served, ann: Person, names: dict[str, str]) -> None:
    asset = names["hillside"]
    ann.send(f"{asset}/decisions", ann.hidden(asset), type="storage", reason="to make it stale")
    stale = ann.page(HILLSIDE)
    assert "Run again" in stale
    assert stale.count("Out of date") == 1, "what the button mends is said beside it alone"
    sent = ann.send(f"{HILLSIDE}/run", ann.hidden(HILLSIDE))
    assert sent.headers["location"] == HILLSIDE
    page = ann.page(HILLSIDE)
    assert "Ann Li asked for a run" in page
    assert "Run again" not in page
    again = ann.send(f"{HILLSIDE}/run", ann.hidden("/engagements/hillside.exit"))
    assert again.status_code == 409
    idle = ann.send(f"{HILLSIDE}/stop", ann.hidden("/engagements/hillside.exit"))
    assert idle.status_code == 409
    assert "has no run to stop" in idle.text
    assert log(served)[0]["field"] == "run"


def test_files_become_a_drop(served: Served, ann: Person) -> None:
    engagement = "/engagements/hillside.exit"
    files = [("files", (name, content)) for name, content in FILES.items()]
    sent = ann.browser.post(
        f"{engagement}/import",
        data={**ann.hidden(engagement), "title": "../May / June"},
        files=files,
    )
    assert sent.status_code == 303, sent.text
    page = ann.page(sent.headers["location"].partition("#")[0])
    assert "2 files were received" in page
    drop = served.home.home / "inbox" / "hillside" / "exit" / "May June"
    assert {file.name for file in drop.iterdir()} == {*FILES, "_READY"}
    assert all((drop / name).read_bytes() == content for name, content in FILES.items())
    assert stat.S_IMODE(drop.stat().st_mode) == 0o700
    assert log(served)[0]["about"] == "May June"


def test_files_are_added_to_a_session(served: Served, ann: Person) -> None:
    def send(session: str) -> httpx.Response:
        return ann.browser.post(
            "/engagements/hillside.exit/import",
            data={**ann.hidden("/engagements/hillside.exit"), "session": session},
            files=[("files", ("late.csv", b"Hostname\nlate-01\n"))],
        )

    assert send("s099").status_code == 404
    sent = send("s001")
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith(HILLSIDE)
    assert "1 file was received: late.csv" in ann.page(sent.headers["location"].partition("#")[0])
    (drop,) = (served.home.home / "inbox" / "hillside" / "exit").glob("s001 *")
    assert (drop / "late.csv").read_bytes() == b"Hostname\nlate-01\n"
    assert log(served)[0]["after"] == "late.csv"


def test_a_session_and_a_client_are_called_otherwise(served: Served, ann: Person) -> None:
    engagement, title = "/engagements/hillside.exit", "<i>May</i>"
    hidden, late = ann.hidden(HILLSIDE), ann.hidden(HILLSIDE)
    assert ann.send(f"{HILLSIDE}/title", hidden, title=title).status_code == 303
    assert "<h1>&lt;i&gt;May&lt;/i&gt; " in ann.browser.get(HILLSIDE).text
    (state,) = served.home.json("status", *PLACE)["sessions"][:1]
    assert state["title"] == title
    refusal = ann.send(f"{HILLSIDE}/title", late, title="June")
    assert refusal.status_code == 409
    assert "Ann Li decided" in refusal.text
    named = ann.send(f"{engagement}/client-name", ann.hidden(engagement), name="Hillside & Sons")
    assert named.status_code == 303
    assert "for Hillside & Sons" in ann.page(engagement)
    assert "Hillside &amp; Sons" in ann.browser.get(f"{HILLSIDE}/report.html").text
    for text in ("", " ", "x" * 200):
        sent = ann.send(f"{engagement}/client-name", ann.hidden(engagement), name=text)
        assert sent.status_code == 409, text


def put(person: Person, url: str, offset: int, content: bytes) -> httpx.Response:
    """Send a part of the first file."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    headers = {"Content-Digest": f"sha-256=:{digest}:"}
    return person.browser.put(f"{url}/0?offset={offset}", content=content, headers=headers)


def test_a_file_comes_in_parts_and_goes_on_where_it_stopped(served: Served, ann: Person) -> None:
    engagement, content = "/engagements/hillside.exit", b"Hostname\npart-01\npart-02\n"
    hidden = ann.hidden(engagement)
    fields = {"title": "In parts", "files": json.dumps([["parts.csv", len(content)]])}
    begun = ann.send(f"{engagement}/uploads", hidden, **fields)
    assert begun.status_code == 200, begun.text
    url = begun.json()["url"]
    assert put(ann, url, 0, content[:10]).json() == {"offset": 10}
    with (
        signed_in(served, "hillside", name="Bo Ek") as bo,
        signed_in(served, "dalesend", name="Eve") as eve,
        signed_in(served, "hillside", role=Role.VIEWER, name=None) as viewer,
    ):
        for person, status in ((bo, 404), (eve, 404), (viewer, 403)):
            assert put(person, url, 10, content[10:]).status_code == status
            assert person.browser.get(url).status_code == status
            assert person.browser.post(f"{url}/end", data={}).status_code == status
        theirs = url.replace("hillside", "dalesend")
        assert put(eve, theirs, 10, content[10:]).status_code == 404
    foreign = ann.browser.post(f"{url}/end", headers={"Origin": "https://example.com"}, data={})
    assert foreign.status_code == 403
    assert put(ann, url, 0, content[:10]).status_code == 409, "it came already"
    assert ann.browser.post(f"{url}/end", data={}).status_code == 409, "not whole yet"
    undigested = ann.browser.put(f"{url}/0?offset=10", content=content[10:])
    assert undigested.status_code == 409
    large = ann.browser.put(f"{url}/0?offset=10", content=b"x" * (8 * 1024 * 1024 + 1))
    assert large.status_code == 413
    (file,) = ann.browser.get(url).json()["files"]
    assert (file["offset"], len(file["parts"])) == (10, 1)
    put(ann, url, 10, content[10:])
    ended = ann.browser.post(f"{url}/end", data={})
    assert "1 file was received" in ann.page(ended.json()["url"].partition("#")[0])
    drop = served.home.home / "inbox" / "hillside" / "exit" / "In parts"
    assert (drop / "parts.csv").read_bytes() == content
    assert {file.name for file in drop.iterdir()} == {"parts.csv", "_READY"}
    assert ann.browser.post(f"{url}/end", data={}).status_code == 404, "it has ended"
    for files in ("", "[]", "{}", '[["a.csv"]]', '[["../a", 1]]', '[["a.csv", -1]]', "[1]"):
        form = ann.hidden(engagement)
        assert ann.send(f"{engagement}/uploads", form, files=files).status_code == 409, files
    form = ann.hidden(engagement)
    huge = json.dumps([["a.csv", 10**15]])
    assert ann.send(f"{engagement}/uploads", form, files=huge).status_code == 413


#: Files that somebody sends: one that comes in many parts, and one that is no text.
FILES = {"servers.csv": b"Hostname\nweb-01\n" * 20_000, "Größe.csv": b"\0\xff\r\n--x"}


def test_files_are_looked_at_before_they_are_imported_or_discarded(
    served: Served, ann: Person
) -> None:
    engagement = "/engagements/hillside.exit"
    inbox = served.home.home / "inbox" / "hillside" / "exit"
    content = b"Hostname,IP Address,Besitzer\nnew-01,10.1.0.1,Ann\n,,\nnew-02,300.1.1.1,Bo\n"

    def send() -> str:
        sent = ann.browser.post(
            f"{engagement}/import",
            data={**ann.hidden(engagement), "title": "June", "look": "1"},
            files=[("files", ("new.csv", content)), ("files", ("text.bin", b"\0\1\2"))],
        )
        assert sent.status_code == 303, sent.text
        return sent.headers["location"]

    before = log(served)
    first, second = send(), send()
    page = ann.page(first)
    assert "Before “June” is imported" in page
    assert "new.csv" in page and "IP addresses" in page and "text.bin" in page
    assert log(served) == before, "nothing is imported"
    drops = {folder.name for folder in inbox.iterdir() if not folder.name.startswith(".")}

    assert ann.send(f"{first}/discard", ann.hidden(first)).status_code == 303
    assert ann.browser.get(first).status_code == 404
    hidden = ann.hidden(second)
    with signed_in(served, "dalesend") as eve:
        assert eve.browser.get(second).status_code == 404
        theirs = second.replace("hillside", "dalesend")
        assert eve.browser.get(theirs).status_code == 404
    sent = ann.send(f"{second}/start", hidden)
    assert sent.status_code == 303
    assert "2 files were received" in ann.page(sent.headers["location"].partition("#")[0])
    (drop,) = {folder.name for folder in inbox.iterdir() if not folder.name.startswith(".")} - drops
    assert {file.name for file in (inbox / drop).iterdir()} == {"new.csv", "text.bin", "_READY"}
    assert log(served)[0].get("field") == "import"
    for nowhere in ("/import/..%2f..%2fx", "/import/0123456789abcdef", "/import/x"):
        assert ann.browser.get(f"{engagement}{nowhere}").status_code == 404, nowhere


def test_files_that_cannot_be_taken_leave_nothing(served: Served, ann: Person) -> None:
    engagement = "/engagements/hillside.exit"
    inbox = served.home.home / "inbox"

    def lying() -> list[str]:
        return sorted(str(path) for path in inbox.rglob("*"))

    place = inbox / "hillside" / "exit"
    place.mkdir(parents=True, exist_ok=True)
    lying_before, before = lying(), log(served)

    def send(form: dict[str, str], *names: str, **more: str) -> int:
        files = [("files", (name, b"a,b\n1,2\n")) for name in names]
        answer = ann.browser.post(f"{engagement}/import", data=form, files=files, headers=more)
        return answer.status_code

    for names in ((".hidden.csv",), ("_READY",), ("a/../b.csv",), ("a.csv", "a.csv"), ("n" * 300,)):
        assert send(ann.hidden(engagement), *names) == 409, names
    assert send({}, "a.csv") == 403
    assert send({"form": "forged"}, "a.csv") == 403
    used = ann.hidden(engagement)
    assert send(used, ".hidden") == 409
    assert send(used, "a.csv") == 409, "its form was used"
    assert send(ann.hidden(engagement), "a.csv", Origin="https://example.com") == 403
    cut = ann.browser.post(
        f"{engagement}/import",
        content=b'--x\r\nContent-Disposition: form-data; name="form"\r\n\r\n'
        + ann.hidden(engagement)["form"].encode()
        + b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nhalf',
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert cut.status_code == 409
    with (
        signed_in(served, "hillside", role=Role.VIEWER, name=None) as viewer,
        signed_in(served, "dalesend") as eve,
    ):
        form = ann.hidden(engagement)
        files = {"files": ("a.csv", b"a,b\n1,2\n")}
        for person, status in ((viewer, 403), (eve, 404)):
            answer = person.browser.post(f"{engagement}/import", data=form, files=files)
            assert answer.status_code == status
    nowhere = ann.browser.post("/engagements/hillside.nothing/import", data=form, files=files)
    assert nowhere.status_code == 404
    assert (lying(), log(served)) == (lying_before, before)


def test_scenarios_are_compared_and_one_is_made_the_plan(served: Served, ann: Person) -> None:
    plan = f"{HILLSIDE}/plan"
    scenarios = f"{plan}/scenarios"
    form = {"form": ann.hidden(plan)["form"]}
    sent = ann.send(scenarios, form, name="Careful", why="one by one")
    assert sent.headers["location"] == scenarios
    preview = f"{plan}/preview?kind=freeze&value=hillside-01&reason=last"
    hidden = {"form": ann.hidden(preview)["form"]}
    change = {"kind": "freeze", "value": "hillside-01", "reason": "last"}
    assert ann.send(scenarios, hidden, name="Fast", base="Careful", **change).status_code == 303
    assert served.home.json("plan", "show", *PLACE)["constraints"] == [], "nothing is in force"

    page = ann.page(f"{scenarios}?left=board&right=Fast")
    assert "one by one" in page and "Frozen: hillside-01 (set by Ann Li: last)" in page
    assert re.search(r"Assets that move</th><td class=.num.>2</td><td class=.num.>1</td>", page)
    assert ann.browser.get(f"{scenarios}?left=board&right=Slow").status_code == 404
    with signed_in(served, "hillside", role=Role.VIEWER, name=None) as viewer:
        assert viewer.browser.get(scenarios).status_code == 403

    (number,) = re.findall(r"/scenarios/(\d+)/apply", page)
    late = ann.hidden(f"{scenarios}?left=board&right=Fast")
    asked = ann.hidden(f"{scenarios}?left=board&right=Fast")
    sent = ann.send(f"{scenarios}/{number}/apply", asked)
    assert sent.headers["location"] == HILLSIDE
    assert "Ann Li asked for a run" in ann.page(HILLSIDE)
    (shown,) = served.home.json("plan", "show", *PLACE)["constraints"]
    assert (shown["kind"], shown["author"], shown["reason"]) == ("freeze", "Ann Li", "last")
    refusal = ann.send(f"{scenarios}/{number}/apply", late)
    assert refusal.status_code == 409
    assert "Ann Li changed the constraints" in refusal.text

    sent = ann.send(f"{scenarios}/{number}/remove", ann.hidden(scenarios))
    assert "Fast" not in ann.page(sent.headers["location"])
    served.home.json("plan", "remove", shown["id"], *PLACE)


def test_an_asset_is_moved_out_of_its_group(
    served: Served, ann: Person, names: dict[str, str]
) -> None:
    asset = names["hillside"].rpartition("/")[2]
    move = f"{HILLSIDE}/plan/moves/{asset}"
    assert "Where it goes" in ann.page(move)
    for to in ("wave 0", "wave x", "group G9", "moon", "alone again"):
        assert ann.browser.get(move, params={"to": to}).status_code == 409, to
    hidden, late = ann.hidden(f"{move}?to=wave+2"), ann.hidden(f"{move}?to=wave+2")
    assert "pin" not in [
        one["kind"] for one in served.home.json("plan", "show", *PLACE)["constraints"]
    ]
    sent = ann.send(move, hidden)
    assert sent.status_code == 303
    shown = served.home.json("plan", "show", *PLACE)["constraints"]
    assert "pin" in [one["kind"] for one in shown]
    refusal = ann.send(move, late)
    assert refusal.status_code == 409
    assert "Ann Li changed the constraints" in refusal.text
    for one in shown:
        served.home.json("plan", "remove", one["id"], *PLACE)
