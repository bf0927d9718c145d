"""Wrong usage and unreadable input: one clear sentence, exit 2, nothing half-written."""

import json
import zipfile

import pytest

from discovery_dagster_tests.growing import grows

WHERE = ("--client", "acme", "--engagement", "move")


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("Hostname,OS,IP Address\nweb-01,Ubuntu 22.04,10.0.0.1\n")
    return path


def no_table(path):
    path.write_text("test")


def empty(path):
    path.write_bytes(b"")


def encrypted(path):
    # An OLE container as Excel writes it around an encrypted package.
    path.write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    )


def truncated(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 100)
    path.write_bytes(path.read_bytes()[:60])


def unrecognised(path):
    path.write_text("Colour,Weight\n")


@pytest.mark.parametrize("write", [no_table, empty, encrypted, truncated, unrecognised])
def test_a_file_that_cannot_be_read_makes_no_session(standing, move, tmp_path, write):
    path = tmp_path / "export.xlsx"
    write(path)
    error = move.import_files(path, code=2)["error"]
    assert error["file"] == "export.xlsx"
    assert error["message"].endswith(".")
    assert "\n" not in error["message"]
    assert standing.json("status", *move.options, code=2)["error"]["code"] == "no_such_engagement"


def test_a_file_that_is_still_written_to_is_left_out_alone_and_taken_in_later(
    move, tmp_path, good, monkeypatch
):
    late = tmp_path / "late.csv"
    late.write_text("Hostname,OS\n" + "".join(f"db-{number},RHEL 8\n" for number in range(9)))
    with monkeypatch.context() as patch:
        grows(patch, late, b"db-10,RHEL 8\n")
        document = move.import_files(late, good)
        alone = move.import_files(late, code=2)["error"]
    assert (document["status"], document["counts"]["assets"]) == ("done", 1)
    servers, left_out = document["files"]
    assert (servers["name"], servers["accepted"]) == ("servers.csv", 1)
    assert (left_out["name"], left_out["records"]) == ("late.csv", 0)
    assert left_out["error"] == alone["message"]
    assert "was written to while it was read: wait until it is complete" in alone["message"]
    assert (alone["code"], alone["file"]) == ("changed_while_read", "late.csv")
    assert [file["name"] for file in move.export("files")] == ["servers.csv"]
    again = move.installation.json("import", late, *move.options, "--session", "s001")
    assert [file["error"] for file in again["files"]] == [None, None]
    assert again["counts"]["assets"] == 11


def test_good_files_of_a_drop_load_and_the_bad_one_is_listed_with_its_reason(move, tmp_path, good):
    bad = tmp_path / "broken.json"
    bad.write_text('[{"name": "web-02",')
    document = move.import_files(bad, good)
    broken, servers = document["files"]
    assert document["status"] == "done"
    assert document["counts"]["assets"] == 1
    assert (broken["name"], broken["records"]) == ("broken.json", 0)
    assert "broken.json" in broken["error"]
    assert (servers["accepted"], servers["error"]) == (1, None)


def test_links_in_a_folder_are_left_out_and_named(standing, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("Hostname,OS\nsecret-01,RHEL\n")
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "servers.csv").write_text("Hostname,OS\nweb-01,RHEL\n")
    (drop / "link.csv").symlink_to(secret)
    (drop / "below").symlink_to(tmp_path)
    (drop / "gone.csv").symlink_to(tmp_path / "nowhere")
    done = standing.run("import", str(drop), *WHERE, "--dry-run", "--json")
    assert "secret" not in done.stdout
    assert [file["name"] for file in json.loads(done.stdout)["files"]] == ["servers.csv"]
    for link in ("link.csv", "below", "gone.csv"):
        assert f"{link} is a symbolic link and is left out." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "gone.csv", *WHERE), "There is no gone.csv"),
        (("import", "README.md", "--client", "Acme Inc", "--engagement", "x"), "'Acme Inc'"),
        (("status", "--client", "nobody", "--engagement", "nothing"), "nobody.nothing"),
        (("status", *WHERE, "--session", "1"), "'1' is no session"),
        (("export", "secrets", *WHERE, "--session", "s001"), "no table 'secrets'"),
        (("export", "assets", *WHERE, "--session", "s001"), "has no session s001"),
        (("run", *WHERE, "--session", "s001"), "has no session s001"),
        (("import", "README.md", "--client", "acme"), "--engagement"),
        (("launch",), "launch"),
    ],
)
def test_wrong_usage_is_one_sentence_on_stderr_and_json_on_request(standing, arguments, words):
    plain = standing.run(*arguments)
    assert (plain.returncode, plain.stdout) == (2, "")
    assert words in plain.stderr
    assert "Traceback" not in plain.stderr
    as_json = standing.run(*arguments, "--json")
    assert as_json.returncode == 2
    assert words in json.loads(as_json.stdout)["error"]["message"]


def test_adding_to_a_session_that_does_not_exist_is_refused(standing, move, good):
    arguments = ("import", good, *move.options, "--session", "s004")
    assert "s004" in standing.json(*arguments, code=2)["error"]["message"]
    assert standing.json("status", *move.options, code=2)["error"]["code"] == "no_such_engagement"


def test_an_archived_engagement_takes_nothing_in(standing, move, good, tmp_path):
    assert move.import_files(good)["session"] == "s001"
    assert standing.run("engagement", "archive", *move.options).returncode == 0
    error = move.import_files(good, code=2)["error"]
    assert error["code"] == "engagement_archived"
    assert "`discovery engagement restore`" in error["message"]
    assert standing.run("engagement", "restore", *move.options).returncode == 0
    assert move.import_files(good)["session"] == "s002"


def test_a_wrong_setting_is_one_sentence_that_names_it(standing):
    for setting, words in (
        ({"DISCOVERY_LLM_MODEL": "m"}, "DISCOVERY_LLM_BASE_URL and DISCOVERY_LLM_MODEL"),
        ({"DISCOVERY_MAX_RUNS": "none"}, "DISCOVERY_MAX_RUNS: "),
    ):
        done = standing.run("status", **setting)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr
