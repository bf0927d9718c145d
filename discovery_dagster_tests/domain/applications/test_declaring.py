from pathlib import Path

import pytest

from quality.derive import derive

pytestmark = pytest.mark.pipeline


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def edges_of(*paths):
    derived = derive(paths)
    return derived, set(derived.edges.select("source", "relation", "target").iter_rows())


def test_a_list_of_servers_declares_its_applications_where_they_run_and_what_they_need(tmp_path):
    text = "Application,Server Name,Dependencies\nShop,web01,Billing\nBilling,bil01,Shop\n"
    applications, edges = edges_of(written(tmp_path, "application_servers.csv", text))
    types = dict(applications.assets.select("name", "type").iter_rows())
    assert (types["Shop"], types["Billing"]) == ("application", "application")
    assert edges == {
        ("Shop", "runs_on", "web01"),
        ("Billing", "runs_on", "bil01"),
        ("Shop", "depends_on", "Billing"),
        ("Billing", "depends_on", "Shop"),
    }
    assert applications.plan.groups["assets"].to_list() == [["Billing", "Shop", "bil01", "web01"]]


def test_signs_between_blanks_are_parts_of_names_of_applications(tmp_path):
    text = "Application,Server Name\nSales & Marketing,web01\nHR / Payroll,hr01\n"
    listed, _ = edges_of(written(tmp_path, "application_servers.csv", text))
    applications = listed.assets.filter(type="application")["name"].to_list()
    assert sorted(applications) == ["HR / Payroll", "Sales & Marketing"]


def test_an_instance_of_a_list_of_databases_runs_on_its_server(tmp_path):
    text = (
        "Instance,DBMS,Version,Size (GB),Server,Application,HA partner\n"
        "DB01\\SHOP,Microsoft SQL Server,2019,120,db01,Shop,db02\n"
        "ORDP,Oracle Database,19c,50,db02,Orders,\n"
    )
    applications, edges = edges_of(written(tmp_path, "databases.csv", text))
    data = applications.assets.filter(type="database").sort("name")
    assert data.select("name", "os_version", "storage_gb").rows() == [
        ("DB01\\SHOP", "2019", 120.0),
        ("ORDP", "19c", 50.0),
    ]
    assert ("Shop", "depends_on", "DB01\\SHOP") in edges
    assert {(a, b) for a, relation, b in edges if relation == "runs_on"} == {
        ("DB01\\SHOP", "db01"),
        ("ORDP", "db02"),
    }


def test_a_portfolio_names_applications_by_their_long_names_and_reads_interfaces_as_needs(tmp_path):
    text = (
        "Application,Short name,Business owner,Interfaces\n"
        "Webshop,WSHP,A. Bell,Sales & Marketing; LDG\n"
        "Sales & Marketing,SLM,B. Cole,\n"
        "Ledger,LDG,C. Dorn,\n"
    )
    applications, edges = edges_of(written(tmp_path, "portfolio.csv", text))
    assert set(applications.assets["type"]) == {"application"}
    assert edges == {
        ("Webshop", "depends_on", "Sales & Marketing"),
        ("Webshop", "depends_on", "Ledger"),
    }
