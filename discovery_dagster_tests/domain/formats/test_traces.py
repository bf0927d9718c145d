"""Traces and service graphs: which service called which."""

import json
import time

import pytest

from discovery_dagster_tests.domain.sources import counts, records_of, records_of_files, table

pytestmark = pytest.mark.pipeline

SPANS = ["TraceID", "SpanID", "ParentID", "ServiceName", "OperationName"]


@pytest.fixture
def read(tmp_path):
    """Records of a JSON document."""

    def records(document, indent=1):
        path = tmp_path / "trace.json"
        text = document if isinstance(document, str) else json.dumps(document, indent=indent)
        path.write_text(text)
        return records_of_files(path)

    return records


def calls_of(records):
    assert set(records.relations["relation"]) <= {"depends_on"}
    return sorted(records.relations.select("source", "target", "count").rows())


def test_the_graph_of_a_deployment_has_calls_and_placements(shared_data):
    records = records_of_files(shared_data / "nezha" / "2022-08-22_dependency.csv")
    relations = records.relations
    assert counts(records) == {"accepted": 26}
    assert relations.filter(relation="depends_on")["target"].is_not_null().sum() == 14
    placements = relations.filter(relation="runs_on")
    assert placements["target_address"].is_not_null().sum() == placements.height == 12


def test_spans_give_services_and_their_calls_in_time(shared_data):
    began = time.process_time()
    records = records_of_files(shared_data / "nezha" / "hipster_2022-08-23_17_00_trace.csv")
    assert time.process_time() - began < 5
    assert counts(records) == {"accepted": 22969}
    assert set(records.assets["declared_type"]) == {"service"}
    assert len(calls_of(records)) == 13
    assert ("checkoutservice", "currencyservice") not in records.relations.select(
        "source", "target"
    ).rows()


def test_a_parent_counts_within_its_trace_and_a_service_does_not_call_itself():
    rows = [("t1", "1", "root", "web", "GET"), ("t1", "2", "1", "web", "render"),
            ("t1", "3", "2", "cart", "add"), ("t2", "4", "1", "cart", "add")]  # fmt: skip
    records = records_of(table(SPANS, *rows))
    assert calls_of(records) == [("web", "cart", 1)]
    assert records.assets["name"].to_list() == ["web", "cart"]
    assert records.relations["line"].to_list() == [4]


def test_a_span_of_nobody_is_rejected():
    records = records_of(table(SPANS, ("t", "1", "", "web", "x"), ("t", "2", "1", None, "y")))
    assert counts(records) == {"accepted": 1, "rejected": 1}


def test_pods_are_called_as_what_they_are_replicas_of():
    header = ["TraceID", "SpanID", "ParentID", "PodName"]
    rows = [("t", "1", "", "web-7c9f8d6b5-x2vbn"), ("t", "2", "1", "db-0"), ("t", "3", "1", "cart")]
    assert records_of(table(header, *rows)).assets["name"].to_list() == ["web", "db", "cart"]


def test_traces_of_jaeger_are_read_span_by_span_on_their_own_lines(read):
    def span(number, process, parent=None):
        references = [{"refType": "CHILD_OF", "traceID": "t", "spanID": parent}] if parent else []
        return {"traceID": "t", "spanID": number, "operationName": "op", "references": references,
                "startTime": 1700000000000000, "processID": process}  # fmt: skip

    processes = {"p1": {"serviceName": "web"}, "p2": {"serviceName": "cart"}}
    spans = [span("a", "p1"), span("b", "p2", "a")]
    trace = {"traceID": "t", "spans": spans, "processes": processes}
    records = read({"data": [trace], "total": 0})
    assert calls_of(records) == [("web", "cart", 1)]
    assert counts(records) == {"accepted": 2}
    lines = json.dumps({"data": [trace], "total": 0}, indent=1).split("\n")
    assert [lines[line - 1].strip() for line in records.outcomes["line"]] == ["{", "{"]
    assert records.outcomes["line"].n_unique() == 2
    assert records.relations["first_seen"].to_list() == ["2023-11-14T22:13:20Z"]


def test_a_span_of_jaeger_is_called_by_each_span_that_it_is_a_child_of(read):
    def span(number, *references):
        links = [{"refType": kind, "traceID": "t", "spanID": of} for kind, of in references]
        return {"traceID": "t", "spanID": number, "processID": f"p{number}", "references": links}

    spans = [
        span("1"),
        span("2", ("CHILD_OF", "1")),
        span("3", ("CHILD_OF", "1"), ("CHILD_OF", "2")),
        span("4", ("FOLLOWS_FROM", "3")),
        span("5", ("FOLLOWS_FROM", "1"), ("CHILD_OF", "3")),
    ]
    processes = {
        f"p{number}": {"serviceName": name}
        for number, name in enumerate(("web", "cart", "stock", "mail", "audit"), 1)
    }
    assert calls_of(read({"data": [{"spans": spans, "processes": processes}]})) == [
        ("cart", "stock", 1),
        ("stock", "audit", 1),
        ("stock", "mail", 1),
        ("web", "cart", 1),
        ("web", "stock", 1),
    ]


def test_one_trace_of_jaeger_needs_no_list_around_it(read):
    spans = [
        {"traceID": "t", "spanID": "1", "processID": "p1", "references": []},
        {"traceID": "t", "spanID": "2", "processID": "p2",
         "references": [{"refType": "CHILD_OF", "spanID": "1"}]},
    ]  # fmt: skip
    processes = {"p1": {"serviceName": "web"}, "p2": {"serviceName": "cart"}}
    records = read({"traceID": "t", "spans": spans, "processes": processes, "warnings": None})
    assert calls_of(records) == [("web", "cart", 1)]
    assert counts(records) == {"accepted": 2}


def test_a_trace_without_spans_is_accounted_for(read):
    trace = {"traceID": "t", "processes": {"p1": {"serviceName": "web"}}}
    span = {"traceID": "t", "spanID": "a", "processID": "p1"}
    records = read({"data": [{**trace, "spans": [span]}, {**trace, "spans": []}]})
    assert counts(records) == {"accepted": 1, "ignored": 1}
    assert records.outcomes["reason"].to_list() == [None, "It holds no records."]


@pytest.mark.parametrize("nested", [True, False])
def test_zipkins_halves_of_one_span_are_a_call(read, nested):
    spans = [
        {"traceId": "t", "id": "1", "kind": "CLIENT", "localEndpoint": {"serviceName": "web"}},
        {"traceId": "t", "id": "1", "kind": "SERVER", "shared": True,
         "localEndpoint": {"serviceName": "cart"}},
        {"traceId": "t", "id": "2", "parentId": "1", "kind": "CLIENT",
         "localEndpoint": {"serviceName": "cart"}},
        {"traceId": "t", "id": "2", "parentId": "1", "kind": "SERVER", "shared": True,
         "localEndpoint": {"serviceName": "stock"}},
    ]  # fmt: skip
    records = read([spans, []] if nested else spans)
    assert calls_of(records) == [("cart", "stock", 1), ("web", "cart", 1)]
    assert counts(records)["accepted"] == 4


@pytest.mark.parametrize("by_line", [True, False])
def test_opentelemetry_names_the_service_in_its_resource(read, by_line):
    def resource(service, *spans):
        attribute = {"key": "service.name", "value": {"stringValue": service}}
        return {"resource": {"attributes": [attribute]}, "scopeSpans": [{"spans": list(spans)}]}

    root = {"traceId": "t", "spanId": "1", "name": "GET", "startTimeUnixNano": "17" + 17 * "0"}
    child = {"traceId": "t", "spanId": "2", "parentSpanId": "1", "name": "add", "kind": 2}
    parts = [resource("web", root), resource("cart", child)]
    if by_line:
        records = read("\n".join(json.dumps({"resourceSpans": [part]}) for part in parts))
    else:
        records = read({"resourceSpans": parts})
    assert calls_of(records) == [("web", "cart", 1)]
    assert counts(records) == {"accepted": 2}


def test_dependency_links_of_zipkin_are_calls(read):
    records = read([{"parent": "web", "child": "cart", "callCount": 9, "errorCount": 1}])
    assert calls_of(records) == [("web", "cart", 9)]


def test_edges_name_their_ends_as_the_nodes_are_called(read):
    graph = {"nodes": [{"id": "1", "name": "web"}, {"id": "2", "name": "db", "type": "database"}],
             "edges": [{"source": "1", "target": "2"}]}  # fmt: skip
    records = read(graph)
    assert calls_of(records) == [("web", "db", 1)]
    assert records.assets.select("name", "declared_type").rows() == [
        ("web", None),
        ("db", "database"),
    ]


def test_graphs_of_cytoscape_hold_their_data_one_level_deeper(read):
    nodes = [{"data": {"id": "a", "label": "web"}}, {"data": {"id": "b", "label": "cart"}}]
    edges = [{"data": {"id": "e", "source": "a", "target": "b"}}]
    graph = {"elements": {"nodes": nodes, "edges": edges}}
    records = read(graph)
    assert calls_of(records) == [("web", "cart", 1)]
    assert records.assets["name"].to_list() == ["web", "cart"]


@pytest.mark.parametrize(
    ("name", "services", "entities", "flows"),
    [
        ("ewolff_microservice", 6, 1, 12),
        ("jferrater_tap-and-eat-microservices", 8, 1, 16),
        ("spring-petclinic_spring-petclinic-microservices", 10, 2, 27),
    ],
)
def test_models_of_microservices_give_every_flow(shared_data, name, services, entities, flows):
    records = records_of_files(shared_data / "microsecend" / f"{name}.json")
    assert records.assets.height == services + entities
    assert records.assets.filter(declared_type="external").height == entities
    assert records.relations.height == flows
    assert set(records.relations["relation"]) == {"connects_to"}


def test_stereotypes_tell_the_type_of_a_service(read):
    def service(name, *stereotypes):
        return {"name": name, "stereotypes": list(stereotypes)}

    model = {"services": [service("gate", "gateway", "infrastructural"), service("db", "database"),
                          service("mq", "message_broker"), service("cart", "internal",
                          "load_balancer"), service("config", "configuration_server")],
             "information_flows": [{"sender": "gate", "receiver": "cart"}]}  # fmt: skip
    assert read(model).assets["declared_type"].to_list() == [
        "load_balancer", "database", "middleware", "service", "service"]  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        ["traceid", "spanid", "parentspanid", "servicename"],
        ["operation_Id", "id", "operation_ParentId", "cloud_RoleName"],
        ["TraceId", "SpanId", "ParentId", "ServiceInstance"],
        ["traceIdLow", "spanId", "parentSpanId", "serviceName"],
        ["trace_id", "span_id", "reference_parent_span_id", "service_name"],
        ["context.trace_id", "context.span_id", "parent_id", "resource.attributes.service.name"],
        ["trace.trace_id", "trace.span_id", "trace.parent_id", "service.name"],
        ["traceId", "id", "pid", "cmdbId"],
    ],
)
def test_columns_of_spans_have_many_names(header):
    records = records_of(table(header, ("t", "1", "", "web"), ("t", "2", "1", "cart")))
    assert calls_of(records) == [("web", "cart", 1)]


def test_calls_between_microservices_go_from_upstream_to_downstream():
    header = ["timestamp", "traceid", "rpcid", "um", "rpctype", "dm", "interface", "rt"]
    rows = [("1", "t", "0.1", "MS_1", "rpc", "MS_2", "i", "3"), ("1", "t", "0", "(?)", "", "MS_1")]
    records = records_of(table(header, *rows))
    assert calls_of(records) == [("MS_1", "MS_2", 1)]
    assert counts(records) == {"accepted": 1, "rejected": 1}


def test_a_client_names_whom_it_called_only_where_the_server_tells_nothing(read):
    spans = [
        {"traceId": "t", "id": "1", "kind": "CLIENT", "localEndpoint": {"serviceName": "web"},
         "remoteEndpoint": {"serviceName": "mysql"}},
        {"traceId": "t", "id": "2", "kind": "CLIENT", "localEndpoint": {"serviceName": "web"},
         "remoteEndpoint": {"serviceName": "cart-vip"}},
        {"traceId": "t", "id": "3", "parentId": "2", "kind": "SERVER",
         "localEndpoint": {"serviceName": "cart"}, "remoteEndpoint": {"serviceName": "proxy"}},
    ]  # fmt: skip
    assert calls_of(read(spans)) == [("web", "cart", 1), ("web", "mysql", 1)]


def test_a_servers_span_names_its_caller_only_where_that_tells_nothing(read):
    spans = [
        {"traceId": "t", "id": "1", "parentId": "0", "kind": "SERVER",
         "localEndpoint": {"serviceName": "web"}, "remoteEndpoint": {"serviceName": "portal"}},
        {"traceId": "t", "id": "2", "parentId": "1", "kind": "SERVER",
         "localEndpoint": {"serviceName": "cart"}, "remoteEndpoint": {"serviceName": "proxy"}},
    ]  # fmt: skip
    assert calls_of(read(spans)) == [("portal", "web", 1), ("web", "cart", 1)]


def test_a_client_span_of_opentelemetry_names_its_database_or_peer(read):
    def attribute(key, value):
        return {"key": key, "value": {"stringValue": value}}

    def call(number, *attributes):
        return {"traceId": "t", "spanId": number, "kind": 3, "attributes": list(attributes)}

    database = [attribute("db.system", "mysql"), attribute("server.address", "orders-db")]
    spans = [call("1", *database), call("2", attribute("peer.service", "pay")),
             call("3", attribute("server.address", "198.51.100.7"))]  # fmt: skip
    resource = {"resource": {"attributes": [attribute("service.name", "web")]},
                "scopeSpans": [{"spans": spans}]}  # fmt: skip
    assert calls_of(read({"resourceSpans": [resource]})) == [
        ("web", "orders-db", 1),
        ("web", "pay", 1),
    ]


def test_both_halves_of_a_span_of_zipkins_first_api_are_a_call(read):
    def told(value, service):
        return {"value": value, "endpoint": {"serviceName": service}}

    spans = [
        {"traceId": "t", "id": "1", "annotations": [told("sr", "web")]},
        {"traceId": "t", "id": "2", "parentId": "1",
         "annotations": [told("cs", "web"), told("sr", "cart")],
         "binaryAnnotations": [{"key": "sa", "value": True, "endpoint": {"serviceName": "vip"}}]},
        {"traceId": "t", "id": "3", "parentId": "2", "annotations": [told("cs", "cart")],
         "binaryAnnotations": [{"key": "sa", "value": True, "endpoint": {"serviceName": "db"}}]},
    ]  # fmt: skip
    assert calls_of(read(spans)) == [("cart", "db", 1), ("web", "cart", 1)]


def test_links_may_name_nodes_by_their_place_in_the_list(read):
    graph = {"nodes": [{"name": "web"}, {"name": "cart"}], "links": [{"source": 0, "target": 1}]}
    assert calls_of(read(graph)) == [("web", "cart", 1)]


def test_a_service_graph_of_xray_names_what_is_called_by_number(read):
    services = [{"ReferenceId": 0, "Name": "web", "Edges": [{"ReferenceId": 1}]},
                {"ReferenceId": 1, "Name": "cart", "Edges": []}]  # fmt: skip
    assert calls_of(read({"Services": services})) == [("web", "cart", 1)]


def test_what_jaegers_clients_call_and_traces_nothing_is_no_service_for_sure(tmp_path):
    def span(number, parent, process, **tags):
        return {
            "traceID": "t", "spanID": number, "operationName": "x", "processID": process,
            "references": [{"refType": "CHILD_OF", "spanID": parent}] if parent else [],
            "tags": [{"key": key.replace("_", "."), "type": "string", "value": value}
                     for key, value in tags.items()],
        }  # fmt: skip

    spans = [
        span("a", None, "p1"),
        span("b", "a", "p2"),
        span("c", "b", "p2", peer_service="redis"),
    ]
    processes = {"p1": {"serviceName": "web"}, "p2": {"serviceName": "cart"}}
    path = tmp_path / "jaeger.json"
    path.write_text(
        json.dumps({"data": [{"traceID": "t", "spans": spans, "processes": processes}]})
    )
    relations = records_of_files(path).relations
    assert relations.select("source", "target", "target_type").rows() == [
        ("web", "cart", "service"),
        ("cart", "redis", None),
    ]


@pytest.mark.parametrize("kept", ["flat", "in Elasticsearch"])
def test_spans_of_jaeger_may_hold_their_process(read, kept):
    def span(number, service, *parents):
        return {"traceID": "t", "spanID": number, "process": {"serviceName": service, "tags": []},
                "references": [{"refType": "CHILD_OF", "spanID": of} for of in parents],
                "tags": []}  # fmt: skip

    spans = [span("1", "web"), span("2", "cart", "1")]
    hits = {"took": 3, "hits": {"hits": [{"_index": "spans", "_source": each} for each in spans]}}
    assert calls_of(read(spans if kept == "flat" else hits)) == [("web", "cart", 1)]


def test_each_day_of_dependencies_in_elasticsearch_is_read(read):
    def day(*links):
        named = [{"parent": parent, "child": child, "callCount": 2} for parent, child in links]
        return {"_index": "dependencies", "_source": {"timestamp": 1, "dependencies": named}}

    document = {"hits": {"hits": [day(("web", "cart")), day(("web", "cart"), ("cart", "db"))]}}
    assert calls_of(read(document)) == [("cart", "db", 2), ("web", "cart", 2), ("web", "cart", 2)]


def test_models_may_keep_their_flows_by_number(read):
    model = {
        "microservices": {
            "0": {"name": "web", "stereotype_instances": ["internal"]},
            "1": {"name": "db", "stereotype_instances": ["database"]},
        },
        "information_flows": {"0": {"sender": "web", "receiver": "db"}},
        "external_components": {},
    }
    records = read(model)
    assert records.relations.select("source", "relation", "target").rows() == [
        ("web", "connects_to", "db")
    ]
    assert counts(records) == {"accepted": 3}


def test_spans_of_skywalking_are_numbered_in_segments_that_refer_to_others(read):
    def span(segment, number, service, kind, peer="", refs=()):
        return {"traceId": "t", "segmentId": segment, "spanId": number, "type": kind,
                "parentSpanId": number - 1, "serviceCode": service, "peer": peer,
                "refs": [{"traceId": "t", "parentSegmentId": of, "parentSpanId": at,
                          "type": "CROSS_PROCESS"} for of, at in refs]}  # fmt: skip

    spans = [
        span("s1", 0, "web", "Entry"),
        span("s1", 1, "web", "Exit", "cart:80"),
        span("s2", 0, "cart", "Entry", refs=[("s1", 1)]),
        span("s2", 1, "cart", "Exit", "orders-db:3306"),
        span("s3", 0, "mail", "Entry", refs=[("s1", 1), ("s2", 0)]),
    ]
    assert calls_of(read({"data": {"trace": {"spans": spans}}})) == [
        ("cart", "mail", 1),
        ("cart", "orders-db:3306", 1),
        ("web", "cart", 1),
        ("web", "mail", 1),
    ]


@pytest.mark.parametrize(
    ("header", "peer"),
    [
        (["trace.id", "span.id", "transaction.id", "parent.id", "service.name",
          "span.destination.service.resource"], "orders-db"),
        (["operation_Id", "id", "itemCount", "operation_ParentId", "cloud_RoleName", "target"],
         "orders-db | Orders"),
    ],
)  # fmt: skip
def test_what_a_span_says_that_it_called_and_what_traces_nothing_is_called(header, peer):
    rows = [
        ("t", "1", "9", None, "web", None),
        ("t", "2", "9", "1", "web", "cart:80"),
        ("t", "3", "9", "2", "cart", None),
        ("t", "4", "9", "3", "cart", peer),
    ]
    records = records_of(table(header, *rows))
    assert calls_of(records) == [("cart", "orders-db", 1), ("web", "cart", 1)]


METRICS = """# HELP traces_service_graph_request_total Requests between services.
# TYPE traces_service_graph_request_total counter
traces_service_graph_request_total{client="web",server="cart",connection_type=""} 42
traces_service_graph_request_total{ server = "orders \\"db\\"" , client="cart", } 1 1700000000000

go_goroutines{job="cart"} 7
half a line
"""


def test_metrics_of_a_service_graph_are_observed_calls(tmp_path):
    path = tmp_path / "metrics.txt"
    path.write_text(METRICS)
    records = records_of_files(path)
    relations = records.relations.select("source", "target", "kind", "count", "line").rows()
    assert relations == [
        ("web", "cart", "observed", 42, 3),
        ("cart", 'orders "db"', "observed", 1, 4),
    ]
    outcomes = records.outcomes.sort("line").select("line", "outcome").rows()
    assert outcomes == [(1, "ignored"), (2, "ignored"), (3, "accepted"), (4, "accepted"),
                     (5, "ignored"), (6, "ignored"), (7, "rejected")]  # fmt: skip
