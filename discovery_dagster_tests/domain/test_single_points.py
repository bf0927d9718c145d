from discovery_dagster.domain import graph
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows


def points(assets, *edges):
    nodes = graph.analyse(classified_assets(*assets), edge_rows(*edges))
    return dict(nodes.filter("single_point").select("asset_id", "single_point_reason").iter_rows())


def to(source, target, port=None, **more):
    return {"source": source, "target": target, "port": port, **more}


def named(*names):
    return [{"name": name} for name in names]


def test_what_others_stop_with_is_a_single_point_and_says_whom_it_stops():
    single_points = points(named("web", "app", "db"), to("web", "app"), to("app", "db"))
    assert single_points == {
        "db": "If it stops, app, web stop: nothing is known that would stand in for it."
    }


def test_a_client_is_none_however_many_it_needs():
    assert points(named("portal", "a", "b"), to("portal", "a"), to("portal", "b")) == {}


def test_a_replica_stands_in():
    copy = to("db", "db2", relation="replicates_to")
    assert points(named("web", "app", "db", "db2"), to("web", "app"), to("app", "db"), copy) == {}


def deployed(*names):
    shop = {"name": "Shop", "type": "application"}
    machines = [{"name": name, "environment": "production"} for name in names]
    serving = [to("Shop", name, relation="runs_on") for name in names]
    return [shop, *machines, *named("a", "b", "c")], serving


def test_peers_of_a_deployment_on_one_port_stand_in():
    assets, serving = deployed("front", "entry")
    asking = [to(name, "front", 443) for name in "abc"]
    assert points(assets, *serving, *asking).keys() == {"front"}
    assert points(assets, *serving, *asking, to("a", "entry", 443)) == {}


def test_peers_of_a_deployment_that_are_named_but_for_their_number_stand_in():
    assets, serving = deployed("web1", "web2")
    assert points(assets, *serving, *(to(name, "web1", 443) for name in "abc")) == {}


def test_what_no_application_claims_stands_in_for_what_the_same_ones_reach_on_its_port():
    assets, serving = deployed("front")
    asking = [to(name, "front", 443) for name in "abc"]
    single_points = points([*assets, {"name": "spare"}], *serving, *asking, to("a", "spare", 443))
    assert single_points == {}


def test_a_machine_of_a_cluster_starts_elsewhere():
    assets = [
        *named("v1", "v2"),
        {"name": "esx", "type": "server"},
        {"name": "farm", "type": "cluster"},
    ]
    placed = [to(v, host, relation="runs_on") for v in ("v1", "v2") for host in ("esx", "farm")]
    assert points(assets, *placed) == {}


def test_test_machines_may_stop():
    assets = [*named("a", "b"), {"name": "db", "environment": "test"}]
    assert points(assets, to("a", "db"), to("b", "db")) == {}


def test_what_no_application_claims_may_stand_in_for_either_of_two_that_its_clients_reach():
    assets, serving = deployed("front")
    billing = [{"name": "Billing", "type": "application"}, {"name": "desk"}, {"name": "spare"}]
    serving.append(to("Billing", "desk", relation="runs_on"))
    asking = [to(name, other, 443) for name in "abc" for other in ("front", "desk")]
    assert points([*assets, *billing], *serving, *asking).keys() == {"desk", "front"}
    reaching_both = to("a", "spare", 443)
    assert points([*assets, *billing], *serving, *asking, reaching_both) == {}


def test_what_serves_the_whole_estate_does_not_stop_with_what_it_reaches():
    hosts = named(*(f"sv{at}" for at in range(6)))
    scans = [
        to("vscan01", one["name"], 22, infrastructure="remote_administration") for one in hosts
    ]
    scans += [to("vscan01", "sv1", 443), to("a", "sv1", 443)]
    assert points([*hosts, *named("vscan01", "a")], *scans) == {}
