"""What a session says differently from the one before it, by the command line."""

from pathlib import Path

SERVERS = "Hostname,OS,Memory (GB)\nweb-01,Ubuntu 22.04,{memory}\n{more}"


def servers(folder: Path, memory: int, more: str) -> Path:
    path = folder / f"servers-{memory}.csv"
    path.write_text(SERVERS.format(memory=memory, more=more))
    return path


def changes_step(move, session: str) -> str:
    status = move.installation.json("status", *move.options, "--session", session)
    steps = {step["step"]: step["status"] for step in status["sessions"][0]["steps"]}
    assert set(steps.values()) <= {"done", "stale"}
    return steps["session_changes"]


def test_a_second_session_tells_what_is_different_and_again_when_the_first_one_changes(
    move, tmp_path
):
    applications = tmp_path / "applications.csv"
    applications.write_text("Application,Criticality\nshop,high\n")
    first = servers(tmp_path, 8, "db-01,RHEL 8,64\n")
    assert move.import_files(first, applications)["status"] == "done"
    assert move.export("changes") == []

    second = servers(tmp_path, 16, "cache-01,Debian 12,4\n")
    assert move.import_files(second)["session"] == "s002"
    changes = {
        (row["change"], row["name"], row["field"]): row for row in move.export("changes", "s002")
    }
    assert ("appeared", "cache-01", None) in changes
    assert ("not_seen", "db-01", None) in changes
    assert ("source_absent", "shop", None) in changes
    memory = changes["changed", "web-01", "memory_gb"]
    assert (memory["before"], memory["after"], memory["since"]) == ("8", "16", "s001")
    assert changes_step(move, "s002") == "done"

    late = tmp_path / "late.csv"
    late.write_text("Hostname,OS,Memory (GB)\ncache-01,Debian 12,4\n")
    move.installation.json("import", late, *move.options, "--session", "s001")
    assert changes_step(move, "s001") == "done"
    assert changes_step(move, "s002") == "stale"
    move.run("s002")
    assert changes_step(move, "s002") == "done"
    names = {row["name"] for row in move.export("changes", "s002") if row["change"] == "appeared"}
    assert "cache-01" not in names
