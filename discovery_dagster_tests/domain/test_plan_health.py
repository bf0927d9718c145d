import pytest

from discovery_dagster.domain.planning.health import attention, risk, without_wave


def group(name, size):
    return {"name": name, "assets": [str(at) for at in range(size)]}


def wave(number, assets):
    return {"wave": number, "assets": assets}


def application(name, *groups, readiness="ready"):
    part = {"environment": "production", "waves": [2], "readiness": readiness}
    return {"name": name, "deployments": [{**part, "groups": list(groups)}]}


def test_a_plan_in_good_health_needs_no_attention():
    waves = [wave(1, 10), wave(2, 90)]
    assert attention(waves, [group("Shop", 12)], [application("Shop", "G-1")]) == []


def test_a_crowded_wave_a_split_application_and_a_large_group_come_with_what_mends_them():
    waves = [wave(1, 40), wave(2, 60)]
    sentences = attention(waves, [group("All", 51)], [application("Shop", "G-1", "G-2")])
    assert [one.split(":")[0] for one in sentences] == [
        "40 % of all assets that move are in wave 1",
        "Shop (production) is split over several groups",
        "All has 51 assets",
    ]
    assert all("discovery plan set" in one for one in sentences)


def test_small_plans_are_not_judged():
    assert attention([wave(1, 9)], [group("All", 9)], []) == []


def test_what_is_mixed_late_not_ready_or_owned_by_nobody_comes_with_what_mends_it():
    waves = [wave(1, 20), wave(2, 80)]
    sentences = attention(
        waves, [], [application("Shop", "G-1", readiness="not_ready")],
        mixed=["Web (production)"], ownerless={1: 10, 2: 41}, late=3,
    )  # fmt: skip
    assert [one.split(": ")[0] for one in sentences] == [
        "3 needs are of a later wave",
        "Web (production) mixes production with others",
        "Shop (production) is not ready for wave 2",
        "Wave 2",
    ]
    assert all(" `discovery " in one for one in sentences)


@pytest.mark.parametrize(
    ("criticality", "readiness", "level"),
    [("low", "ready", "low"), ("high", "ready", "medium"), ("critical", "unknown", "high"),
     ("low", "not_ready", "high"), (None, "ready_with_conditions", "medium")],
)  # fmt: skip
def test_the_risk_of_an_application_is_by_rules(criticality, readiness, level):
    assert risk({"criticality": criticality, "readiness": readiness}) == level


def test_a_deployment_without_a_wave_stays_unless_its_application_is_to_be_retired():
    assert without_wave({"strategy": "retire"}) == "to be retired"
    assert without_wave({"strategy": "rehost"}) == without_wave({"strategy": None}) == "stays"
