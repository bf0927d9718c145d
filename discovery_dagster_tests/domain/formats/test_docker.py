"""Containers as Docker prints them."""

import json

import pytest

from discovery_dagster_tests.domain.families import derived_from, edges, things

pytestmark = pytest.mark.pipeline

CONTAINERS = [
    {"Id": "aa11", "Name": "/shop-api", "State": {"Status": "running"},
     "Config": {"Image": "shop/api:2", "Env": ["DB_URL=postgresql://shop-db:5432/app"]},
     "HostConfig": {"Links": ["/shop-mq:/shop-api/queue"]},
     "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.3"}}}},
    {"Id": "bb22", "Name": "/shop-db", "State": {"Status": "exited"},
     "Config": {"Image": "postgres:15", "Env": []}, "HostConfig": {"Links": None}},
    {"Id": "cc33", "Name": "/shop-mq", "State": {"Status": "running"},
     "Config": {"Image": "rabbitmq:3"}},
]  # fmt: skip


def test_inspected_containers_are_called_without_the_slash_and_find_what_they_need(tmp_path):
    derived = derived_from(tmp_path, inspect_json=json.dumps(CONTAINERS, indent=1))
    assert things(derived, "type", "product", "ip_addresses") == {
        "shop-api": ["container", "shop/api:2", []],
        "shop-db": ["container", "postgres:15", []],
        "shop-mq": ["container", "rabbitmq:3", []],
    }
    assert edges(derived) == {
        ("shop-api", "depends_on", "shop-mq"),
        ("shop-api", "depends_on", "shop-db"),
    }


def test_listed_containers_are_things(tmp_path):
    lines = (
        {"Command": "x", "ID": f"a{at}", "Image": "nginx:1", "Names": f"web-{at}",
         "State": "running",
         "Status": "Up 2 days"} for at in (1, 2)
    )  # fmt: skip
    derived = derived_from(tmp_path, ps_json="\n".join(map(json.dumps, lines)))
    assert things(derived, "type") == {"web-1": "container", "web-2": "container"}
