"""Diagrams as text: what is drawn as an element is a thing, and an arrow says what it needs."""

import json

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import read_file
from quality.derive import derive

COMPONENTS = """\
@startuml
' what the shop needs
actor Buyer
package "Web" {
  [Web shop] as shop
  component "Basket" as basket
}
database "Orders" as db
queue "Events" as events
note right of shop
  [not a component] --> db
end note
Buyer --> shop : buys
shop --> basket
db <-- basket : SQL
basket .> events
@enduml
"""
NODES = """\
@startuml
node "web01" {
  component "nginx" as nginx
}
node "db01" as d {
  database "orders" as o
}
nginx --> o : 5432
@enduml
"""
C4 = """\
@startuml
!include C4_Container.puml
Person(buyer, "Buyer", "Buys")
System_Boundary(s, "Shop") {
  Container(web, "Web shop", "Java, Spring", "Sells")
  ContainerDb(db, "Orders", "PostgreSQL 14")
  Component(basket, "Basket controller", "Bean")
}
System_Ext(pay, "Payment provider")
Rel(buyer, web, "Uses")
Rel_Back_Neighbor(db, web, "Reads", "JDBC")
Rel(web, pay, "Pays with", $tags="async")
@enduml
"""
FLOWCHART = """\
%% the shop
graph TD
  User --> shop[Web shop]
  subgraph backend [Back end]
    shop -->|orders| db[(Orders)] & cache("Cache")
    shop -. events .-> bus{{Bus}}
  end
  bus --> mail["<div style='x'>Mailer</div><div>[Software System]</div><div>Sends</div>"]:::out
  style shop fill:#fff
"""
SEQUENCE = """\
@startuml
participant Shop
database Orders
Shop -> Orders : read
Orders --> Shop : rows
@enduml
"""


def drawn(path, text):
    path.write_text(text)
    derived = derive([path])
    things = dict(derived.assets.select("name", "type").iter_rows())
    edges = derived.edges.select("source", "relation", "target").rows()
    return things, sorted(edges), derived


def test_components_of_plantuml_are_things_and_their_arrows_needs(tmp_path):
    things, edges, _ = drawn(tmp_path / "shop.puml", COMPONENTS)
    assert things.keys() == {"Web shop", "Basket", "Orders", "Events"}
    assert (things["Orders"], things["Events"]) == ("database", "middleware")
    assert edges == [
        ("Basket", "depends_on", "Events"),
        ("Basket", "depends_on", "Orders"),
        ("Web shop", "depends_on", "Basket"),
    ]


def test_what_is_drawn_in_a_node_runs_on_it(tmp_path):
    _, edges, _ = drawn(tmp_path / "nodes.puml", NODES)
    assert edges == [
        ("nginx", "depends_on", "orders"),
        ("nginx", "runs_on", "web01"),
        ("orders", "runs_on", "db01"),
    ]


def test_macros_of_c4_know_people_code_and_arrows_that_point_back(tmp_path):
    things, edges, derived = drawn(tmp_path / "c4.puml", C4)
    assert things.keys() == {"Web shop", "Orders", "Payment provider"}
    assert (things["Orders"], things["Payment provider"]) == ("database", "external")
    assert edges == [
        ("Web shop", "depends_on", "Orders"),
        ("Web shop", "depends_on", "Payment provider"),
    ]
    products = dict(derived.assets.select("name", "product").iter_rows())
    assert products["Orders"] == "PostgreSQL 14"


def test_mermaid_links_may_have_texts_several_ends_and_captions_of_markup(tmp_path):
    things, edges, _ = drawn(tmp_path / "shop.mmd", FLOWCHART)
    assert things.keys() == {"Web shop", "Orders", "Cache", "Bus", "Mailer"}
    assert things["Orders"] == "database"
    assert edges == [
        ("Bus", "depends_on", "Mailer"),
        ("Web shop", "depends_on", "Bus"),
        ("Web shop", "depends_on", "Cache"),
        ("Web shop", "depends_on", "Orders"),
    ]


def test_answers_in_a_sequence_are_no_needs(tmp_path):
    _, edges, _ = drawn(tmp_path / "sequence.puml", SEQUENCE)
    assert edges == [("Shop", "depends_on", "Orders")]


WORKSPACE = {
    "name": "Shop",
    "model": {
        "people": [{"id": "1", "name": "Buyer", "relationships": [
            {"id": "20", "sourceId": "1", "destinationId": "3", "description": "Uses"}]}],
        "softwareSystems": [
            {"id": "2", "name": "Shop", "containers": [
                {"id": "3", "name": "Web shop", "technology": "Java", "components": [
                    {"id": "5", "name": "Basket controller", "relationships": [
                        {"id": "21", "sourceId": "5", "destinationId": "4"}]}]},
                {"id": "4", "name": "Orders", "technology": "PostgreSQL 14"}]},
            {"id": "6", "name": "Payments", "location": "External"}],
        "deploymentNodes": [{"id": "7", "name": "web01", "technology": "Debian 12",
                             "containerInstances": [{"id": "8", "containerId": "3"}]}],
    },
}  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_containers_of_structurizr_need_what_their_components_need(tmp_path, indent):
    things, edges, derived = drawn(tmp_path / "w.json", json.dumps(WORKSPACE, indent=indent))
    assert things.keys() == {"Shop", "Web shop", "Orders", "Payments", "web01"}
    assert (things["Shop"], things["Payments"]) == ("application", "external")
    assert edges == [("Web shop", "depends_on", "Orders"), ("Web shop", "runs_on", "web01")]
    outcomes = derived.records.outcomes
    reasons = set(outcomes.filter(outcome="ignored")["reason"])
    assert reasons == {
        "It is a person, not a thing of the estate.",
        "It is a part of the code of its container.",
        "One of its ends is no thing of the estate.",
    }


@pytest.mark.parametrize("text", ["@startuml\ntitle nothing\n@enduml\n", "graph TD\n"])
def test_a_diagram_of_nothing_is_no_table(tmp_path, text):
    path = tmp_path / "empty.puml"
    path.write_text(text)
    with pytest.raises(UnreadableFileError) as refused:
        read_file(path, path.name)
    assert refused.value.code == "not_a_table"


def test_where_an_element_listens_is_no_part_of_its_name(tmp_path):
    things, edges, _ = drawn(
        tmp_path / "deployment.mmd",
        "flowchart TB\n  hook[Webhooks 0.0.0.0:5080] --> kafka[(Kafka :9092)]\n"
        "  kafka --> site[Site 2: archive]\n",
    )
    assert things.keys() == {"Webhooks", "Kafka", "Site 2: archive"}
    assert ("Webhooks", "depends_on", "Kafka") in edges


DSL = """\
// The shop as it is sold.
workspace "Shop" {
    !identifiers hierarchical
    model {
        buyer = person "Buyer"
        payments = softwareSystem "Payments" "Takes cards" "External"
        shop = softwareSystem "Shop" {
            web = container "Web shop" "Sells" "Java" {
                basket = component "Basket" {
                    technology "Spring"
                }
                basket -> orders "Reads and writes"
            }
            orders = container "Orders" {
                technology "PostgreSQL 14"
            }
            web -> payments "Charges"
        }
        buyer -> shop.web "Buys"
        deploymentEnvironment "Live" {
            deploymentNode "web01" "Web server" "Debian 12" {
                containerInstance shop.web
            }
        }
    }
    views {
        container shop "Containers" {
            include *
        }
    }
}
"""


def test_the_language_of_structurizr_says_what_its_json_does(tmp_path):
    things, edges, derived = drawn(tmp_path / "shop.dsl", DSL)
    assert things.keys() == {"Shop", "Web shop", "Orders", "Payments", "web01"}
    assert (things["Payments"], things["Orders"]) == ("external", "database")
    assert edges == [
        ("Web shop", "depends_on", "Orders"),
        ("Web shop", "depends_on", "Payments"),
        ("Web shop", "runs_on", "web01"),
    ]
    products = dict(derived.assets.select("name", "product").iter_rows())
    assert products["Orders"] == "PostgreSQL 14"


FLAT = """\
workspace {
  model {
    /* what others
       run */
    mail = softwareSystem "Mail" { tags "external" }
    group "Sales" {
      crm = softwareSystem "CRM" {
        -> mail "Sends" "SMTP"
      }
    }
    billing = softwareSystem "Billing" \\
        "Writes invoices"
    !element crm {
      this -> billing
    }
  }
}
"""


def test_relations_of_structurizr_may_leave_out_their_source(tmp_path):
    things, edges, _ = drawn(tmp_path / "flat.dsl", FLAT)
    assert things.keys() == {"Mail", "CRM", "Billing"}
    assert things["Mail"] == "external"
    assert edges == [("CRM", "depends_on", "Billing"), ("CRM", "depends_on", "Mail")]
