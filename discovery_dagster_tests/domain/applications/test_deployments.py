from discovery_dagster.domain.applications.deployments import find
from discovery_dagster.domain.applications.interfaces import interfaces
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows, piece

SHOP = {"name": "Shop", "type": "application"}
BILLING = {"name": "Billing", "type": "application"}


def server(name, environment=None, **more):
    return {"name": name, "environment": environment, **more}


def runs(source, target):
    return {"source": source, "target": target, "relation": "runs_on"}


def seen(source, target, port, number):
    evidence = [piece("observed", 9, number)]
    return {
        "source": source,
        "target": target,
        "relation": "connects_to",
        "port": port,
        "status": "observed_only",
        "evidence": evidence,
    }


def test_a_deployment_is_an_application_in_an_environment_and_its_entry_goes_with_production():
    assets = classified_assets(SHOP, server("p1", "production"), server("t1", "test"))
    deployments = find(assets, edge_rows(runs("Shop", "p1"), runs("Shop", "t1")))
    assert deployments.of == {
        "p1": ("Shop", "production"),
        "t1": ("Shop", "test"),
        "Shop": ("Shop", "production"),
    }
    assert [one.evidence for one in deployments.memberships] == [
        "relations.csv line 2",
        "relations.csv line 3",
    ]


def test_a_machine_serves_the_applications_of_its_databases_and_one_of_several_is_shared():
    data = [{"name": name, "type": "database"} for name in ("d1", "d2", "d3")]
    assets = classified_assets(
        SHOP, BILLING, *data, server("own", "production"), server("both", "production")
    )
    needs = [
        {"source": "Shop", "target": "d1"},
        {"source": "Shop", "target": "d2"},
        {"source": "Billing", "target": "d3"},
    ]
    edges = edge_rows(*needs, runs("d1", "own"), runs("d2", "both"), runs("d3", "both"))
    deployments = find(assets, edges)
    assert deployments.of["own"] == deployments.of["d1"] == ("Shop", "production")
    assert deployments.shared == {
        name: frozenset({"Shop", "Billing"}) for name in ("both", "d2", "d3")
    }


def test_a_name_as_those_of_one_application_is_proposed_and_no_more():
    assets = classified_assets(
        SHOP, BILLING, *(server(n) for n in ("shp-web-p01", "shp-db-p01", "bil-app-p01", "bilge"))
    )
    edges = edge_rows(runs("Shop", "shp-web-p01"), runs("Billing", "bil-app-p01"))
    proposed = [one for one in find(assets, edges).memberships if one.proposed]
    assert [(one.asset, one.application) for one in proposed] == [("shp-db-p01", "Shop")]
    assert proposed[0].evidence == "its name begins with shp-, as those of the application do"


def test_what_talks_only_with_test_of_its_application_is_in_test():
    assets = classified_assets(SHOP, server("x"), server("t1", "test"), server("p1", "production"))
    edges = edge_rows(
        runs("Shop", "x"), runs("Shop", "t1"), runs("Shop", "p1"), seen("x", "t1", 5432, 9)
    )
    assert find(assets, edges).of["x"] == ("Shop", "test")


def test_what_talks_with_machines_of_one_application_alone_is_proposed_for_it():
    assets = classified_assets(SHOP, BILLING, *(server(n) for n in ("s1", "b1", "x", "y", "dns")))
    asked = seen("s1", "dns", 53, 9) | {"infrastructure": "dns"}
    edges = edge_rows(
        *(runs(a, b) for a, b in (("Shop", "s1"), ("Billing", "b1"))),
        *(seen(a, b, 8080, 9) for a, b in (("s1", "x"), ("s1", "y"), ("y", "b1"))),
        asked,
    )
    proposed = [one for one in find(assets, edges).memberships if one.proposed]
    assert [(one.asset, one.application) for one in proposed] == [("x", "Shop")]
    assert proposed[0].evidence == "it talks with s1 of it alone"


def test_what_only_uses_an_application_as_others_do_is_none_of_it():
    assets = classified_assets(SHOP, *(server(n) for n in ("web", "app", "desk1", "desk2", "x")))
    edges = edge_rows(
        *(runs("Shop", name) for name in ("web", "app")),
        *(seen(a, "web", 443, 9) for a in ("desk1", "desk2")),
        *(seen(a, "app", 8080, 9) for a in ("web", "x")),
    )
    proposed = [one.asset for one in find(assets, edges).memberships if one.proposed]
    assert proposed == ["x"]


def test_what_uses_the_databases_of_one_application_is_its_whatever_else_it_talks_with():
    data = {"name": "d1", "type": "database"}
    assets = classified_assets(SHOP, BILLING, data, *(server(n) for n in ("s1", "b1", "x")))
    edges = edge_rows(
        {"source": "Shop", "target": "d1"},
        runs("d1", "s1"),
        runs("Billing", "b1"),
        seen("x", "s1", 5432, 9),
        seen("x", "b1", 443, 9),
    )
    proposed = [one for one in find(assets, edges).memberships if one.proposed]
    assert [(one.asset, one.application) for one in proposed] == [("x", "Shop")]


def numbered(letter, environment, number=10):
    return [server(f"a{at}-{letter}{at:02}", environment) for at in range(number)]


def test_the_letter_before_the_number_tells_the_environment_where_other_machines_show_it():
    stated = [*numbered("p", "production"), *numbered("t", "test"), *numbered("d", None)]
    assets = classified_assets(SHOP, server("shop-p90"), server("shop-t90"), *stated)
    edges = edge_rows(runs("Shop", "shop-p90"), runs("Shop", "shop-t90"), runs("Shop", "a1-d01"))
    environments = find(assets, edges).environments
    names = ("shop-p90", "shop-t90", "a1-d01")
    assert [environments[name] for name in names] == ["production", "test", "unknown"]


def test_beside_machines_of_test_alone_others_are_not_taken_for_test():
    assets = classified_assets(SHOP, server("x"), server("t1", "test"))
    deployments = find(assets, edge_rows(runs("Shop", "x"), runs("Shop", "t1")))
    assert deployments.of["x"] == deployments.of["Shop"] == ("Shop", "unknown")


def test_what_people_say_an_asset_serves_counts_without_a_list():
    assets = classified_assets(server("p1", "production", applications=["Shop (PROD)"]))
    deployments = find(assets, edge_rows())
    assert deployments.names[deployments.of["p1"][0]] == "Shop"


def test_interfaces_are_rolled_up_with_what_declares_and_what_shows_them():
    third = {"name": "Ledger", "type": "application"}
    assets = classified_assets(
        SHOP, BILLING, third, *(server(n, "production") for n in ("s1", "b1", "l1"))
    )
    edges = edge_rows(
        *(runs(a, b) for a, b in (("Shop", "s1"), ("Billing", "b1"), ("Ledger", "l1"))),
        {"source": "Shop", "target": "Billing"},
        {"source": "Shop", "target": "Ledger"},
        seen("s1", "b1", 8443, 40),
        seen("b1", "l1", 443, 7),
    )
    interfaces_found = interfaces(edges, find(assets, edges))
    columns = ("source", "target", "status", "ports", "connections")
    assert interfaces_found.select(columns).rows() == [
        ("Billing", "Ledger", "observed_only", [443], 7),
        ("Shop", "Billing", "confirmed", [8443], 40),
        ("Shop", "Ledger", "declared_only", [], 0),
    ]
    assert interfaces_found["evidence"][1] == "Shop depends on Billing (relations.csv line 5)"


def test_a_convention_holds_though_a_host_of_databases_is_called_otherwise():
    machines = [server(name) for name in ("ulmexgweb1", "ulmexgapp1", "sqlcons07", "ulmexgapp2")]
    placed = [runs("Shop", name) for name in ("ulmexgweb1", "ulmexgapp1", "sqlcons07")]
    deployments = find(classified_assets(SHOP, *machines), edge_rows(*placed))
    assert deployments.of["ulmexgapp2"][0] == "Shop"
    assert [one.asset for one in deployments.memberships if one.proposed] == ["ulmexgapp2"]
