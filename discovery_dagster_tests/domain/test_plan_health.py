from discovery_dagster.domain.planning.health import attention


def group(name, size):
    return {"name": name, "assets": [str(at) for at in range(size)]}


def wave(number, assets):
    return {"wave": number, "assets": assets}


def application(name, *groups):
    return {"name": name, "deployments": [{"environment": "production", "groups": list(groups)}]}


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
