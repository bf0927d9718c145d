"""What a person sets about a plan has its effect at the next run, or is refused at once."""

import pytest

FLOWS = "Source,Relationship,Target\nerp-app,depends on,erp-db\nerp-db,depends on,erp-app\n"


@pytest.fixture
def planned(move, tmp_path):
    """An engagement with a plan: `erp-app` and `erp-db` are one group, `crm-web` is alone."""
    servers, relations = tmp_path / "servers.csv", tmp_path / "relations.csv"
    servers.write_text("Hostname,IP Address\nerp-app,10.0.0.1\nerp-db,10.0.0.2\ncrm-web,10.0.0.3\n")
    relations.write_text(FLOWS)
    move.import_files(servers, relations)
    return move


def set_limit(move, *words, code=0):
    return move.installation.json("plan", "set", *words, *move.options, code=code)


def waves(move):
    return {asset["name"]: asset["wave"] for asset in move.export("assets")}


def test_a_frozen_group_and_a_frozen_pattern_stay_where_they_are(planned):
    (group,) = [row["group"] for row in planned.export("groups") if "erp-db" in row["assets"]]
    frozen = set_limit(planned, "freeze", group)
    assert frozen["values"] == ["erp-app", "erp-db"], "groups are numbered anew by each plan"
    set_limit(planned, "freeze", "CRM-*")
    planned.run()
    assert waves(planned) == {"erp-app": None, "erp-db": None, "crm-web": None}


def test_names_that_stand_for_several_say_at_once_which_they_mean(planned):
    (group,) = [row for row in planned.export("groups") if "erp-db" in row["assets"]]
    assert set_limit(planned, "pin", group["name"], "2")["values"] == ["erp-app", "erp-db", "2"]
    frozen = set_limit(planned, "freeze-period", "2026-12-18", "2027-01-06", "erp-*")
    assert frozen["values"] == ["2026-12-18", "2027-01-06", "erp-*"]
    assert frozen["matches"] == {"erp-*": ["erp-app", "erp-db"]}


REFUSED = {
    ("freeze", "erp-ap"): "has no asset 'erp-ap'",
    ("freeze", "G099"): "has no asset 'G099'",
    ("freeze", "hr-*"): "has no asset that matches 'hr-*'",
    ("pin", "erp-%", "2"): "has no asset 'erp-%'",
    ("together", "erp-app", "erp_*"): "has no asset that matches 'erp_*'",
    ("cut", "erp-*", "crm-web"): "'erp-*' is a pattern",
    ("freeze", "application:HR"): "has no asset that matches 'application:HR'",
    ("freeze", "environment:test"): "has no asset that matches 'environment:test'",
}


def test_what_would_have_no_effect_is_refused(planned):
    for words, sentence in REFUSED.items():
        refused = set_limit(planned, *words, code=2)["error"]
        assert refused["code"] == "invalid_constraint"
        assert sentence in refused["message"]
    shown = planned.installation.json("plan", "show", *planned.options)
    assert shown == {"constraints": []}


def previewed(move, *options, code=0):
    return move.installation.json("plan", "preview", *options, *move.options, code=code)


def test_a_preview_says_what_the_run_does_once_it_is_set_and_sets_nothing(planned):
    before = waves(planned)
    shown = previewed(planned, "--set", "pin crm-web 3", "--set", "freeze erp-db")
    assert planned.installation.json("plan", "show", *planned.options) == {"constraints": []}
    moves = {
        move["name"]: move["after"] and int(move["after"])
        for move in shown["moves"]
        if move["field"] == "wave"
    }
    set_limit(planned, "pin", "crm-web", "3")
    set_limit(planned, "freeze", "erp-db")
    planned.run()
    after = waves(planned)
    assert {name: wave for name, wave in after.items() if wave != before[name]} == moves
    assert moves
    conflicts = [row["message"] for row in planned.export("conflicts")]
    assert [message for message in conflicts if message in shown["new_conflicts"]] == conflicts


def test_a_preview_of_removing_the_only_constraint_is_the_plan_before(planned):
    before = waves(planned)
    frozen = set_limit(planned, "freeze", "crm-web")
    planned.run()
    assert waves(planned)["crm-web"] is None
    shown = previewed(planned, "--remove", str(frozen["id"]))
    (move,) = [move for move in shown["moves"] if move["field"] == "wave"]
    assert (move["name"], move["before"], int(move["after"])) == (
        "crm-web",
        None,
        before["crm-web"],
    )


def test_a_preview_that_would_say_too_little_is_refused(planned):
    refused = previewed(planned, "--set", "service erp-db yes", code=2)["error"]
    assert refused["code"] == "invalid_constraint"
    assert "only a run shows" in refused["message"]
    refused = previewed(planned, "--remove", "7", code=2)["error"]
    assert refused["code"] == "no_such_constraint"
    refused = previewed(planned, "--set", "freeze 'erp-db", code=2)["error"]
    assert refused["message"] == "--set freeze 'erp-db: a quotation mark is not closed."
    refused = previewed(planned, "--set", "freeze erp-ap", code=2)["error"]
    assert "has no asset 'erp-ap'" in refused["message"]
