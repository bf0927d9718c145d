"""What is exported for another tool is imported again as what it was."""

APPLICATIONS = """Record Type 1,Application Name,Description,Dependency,Dependency Direction
1,shop,Sells things,,
1,crm,,,
1,billing,,,
2,shop,,crm,southbound
2,billing,,crm,northbound
"""


def test_applications_and_their_dependencies_survive_the_way_to_konveyor_and_back(
    move, standing, tmp_path
):
    (tmp_path / "applications.csv").write_text(APPLICATIONS)
    move.import_files(tmp_path / "applications.csv")
    written = tmp_path / "intake.csv"
    where = (*move.options, "--session", "s001")
    done = standing.run("export", "intake", "--format", "konveyor", "-o", written, *where)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    back = standing.engagement(f"{move.name}x")
    back.import_files(written)
    tables = [
        standing.tables(engagement.name, ["assets", "dependencies"]) for engagement in (move, back)
    ]
    assets, needs = (
        [
            sorted(tuple(row[field] or "" for field in fields) for row in each_table[table])
            for each_table in tables
        ]
        for table, fields in (
            ("assets", ("name", "type", "description")),
            ("dependencies", ("source", "relation", "target")),
        )
    )
    assert len(assets[0]) == 3
    assert assets[0] == assets[1]
    assert needs[0] == [("crm", "depends_on", "billing"), ("shop", "depends_on", "crm")]
    assert needs[0] == needs[1]


def test_a_tool_takes_in_nothing_but_the_intake(move, standing, tmp_path):
    (tmp_path / "servers.csv").write_text("Hostname\nweb-01\n")
    move.import_files(tmp_path / "servers.csv")
    where = (*move.options, "--session", "s001")
    for arguments in (("assets", "--format", "aws"), ("intake", "--format", "csv")):
        done = standing.run("export", *arguments, *where)
        assert done.returncode == 2
        assert "intake" in done.stderr.lower()
