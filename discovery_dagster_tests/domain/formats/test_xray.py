"""Segments of AWS X-Ray are the work of services, and name what these called."""

import json

import pytest

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import counts, records_of_files, table

CALLS = ["source", "target"]
WEB = {
    "trace_id": "1-581cf771-a006649127e371903a2de979",
    "id": "6ad1f3b1c2d4e5f6",
    "name": "web",
    "start_time": 1478293361.271,
    "end_time": 1478293361.449,
    "subsegments": [
        {
            "id": "53995c3f42cd8ad7",
            "name": "checkout",
            "subsegments": [
                {"id": "53995c3f42cd8ad8", "name": "orders.example.com", "namespace": "remote"},
                {"id": "53995c3f42cd8ad9", "name": "DynamoDB", "namespace": "aws"},
            ],
        }
    ],
}
ORDERS = {
    "trace_id": WEB["trace_id"],
    "id": "7ad1f3b1c2d4e5f7",
    "parent_id": "53995c3f42cd8ad8",
    "name": "orders",
    "start_time": 1478293361.31,
    "end_time": 1478293361.4,
    "subsegments": [{"id": "83995c3f42cd8ad1", "name": "app@db01.corp", "namespace": "remote"}],
}
FILES = {
    "as the API gives them": {
        "Traces": [
            {
                "Id": WEB["trace_id"],
                "Duration": 0.2,
                "Segments": [
                    {"Id": each["id"], "Document": json.dumps(each)} for each in (WEB, ORDERS)
                ],
            }
        ],
        "UnprocessedTraceIds": [],
    },
    "as services write them": [WEB, ORDERS],
}


@pytest.mark.parametrize("kind", FILES)
def test_segments_are_services_and_what_they_called(tmp_path, kind):
    file = tmp_path / "traces.json"
    file.write_text(json.dumps(FILES[kind]))
    records = records_of_files(file)
    assert counts(records) == {"accepted": 2}
    assert records.assets.select("name", "declared_type").rows() == [
        ("web", "service"),
        ("orders", "service"),
    ]
    assert sorted(records.relations.select(CALLS).rows()) == [
        ("orders", "db01.corp"),
        ("web", "DynamoDB"),
        ("web", "orders"),
    ]
    assert set(records.relations["kind"]) == {"observed"}


def test_a_document_that_is_no_segment_costs_only_itself(tmp_path):
    odd = json.dumps({**ORDERS, "parent_id": ["x"], "subsegments": [{"id": {}, "name": []}, 1]})
    documents = ["{broken", "[]", odd.replace('"orders"', "[1]"), json.dumps(WEB)]
    segments = [{"Id": str(at), "Document": each} for at, each in enumerate(documents)]
    file = tmp_path / "traces.json"
    file.write_text(json.dumps({"Traces": [{"Id": "1", "Segments": segments}]}))
    records = records_of_files(file)
    assert counts(records) == {"accepted": 1, "rejected": 3}
    assert records.assets["name"].to_list() == ["web"]


def test_spans_of_others_are_no_segments():
    header = ["trace_id", "id", "parent_id", "name", "start_time", "service.name"]
    source = table(header, ("a1", "1", None, "GET /", "1", "web"), ("a1", "2", "1", "q", "2", "db"))
    [reshaped] = formats.reshape((source,))
    assert reshaped.header == source.header
