"""JSON: depth, keys, numbers, strings, what stands behind it, and graphs in it."""

import json

from attack.corpus.kinds import Made, kind

MIB = 1024**2


@kind("deep JSON")
def deep_json() -> Made:
    for depth in (100, 5_000, 1_000_000):
        yield f"arrays-{depth}.json", "[" * depth + "]" * depth
        yield f"objects-{depth}.json", '{"a":' * depth + "1" + "}" * depth
    yield "mixed.json", '[{"a":' * 100_000 + "1" + "}]" * 100_000
    yield "open.json", '[{"name":"web","x":' + "[" * 500_000
    yield "deep-lines.ndjson", ('{"name":"web","x":' + "[" * 60 + "]" * 60 + "}\n") * 5_000


@kind("a key for each object")
def key_for_each_object() -> Made:
    for number in (2_000, 20_000, 100_000):
        objects = [{"name": f"s{at}", f"key{at}": at} for at in range(number)]
        yield f"keys-{number}.json", json.dumps(objects)
        yield f"keys-{number}.ndjson", "\n".join(map(json.dumps, objects))
    nested = [{"name": f"s{at}", "a": {f"k{at}": {f"j{at}": 1}}} for at in range(20_000)]
    yield "keys-nested.json", json.dumps(nested)
    yield (
        "keys-one.json",
        json.dumps({f"s{at}": {"os": "RHEL", f"k{at}": 1} for at in range(9_999)}),
    )
    wide = [{f"k{at}": 1 for at in range(4_000)}, *({"name": f"s{at}"} for at in range(100_000))]
    yield "keys-wide.json", json.dumps(wide)


@kind("JSON numbers")
def json_numbers() -> Made:
    for at, number in enumerate(("9" * 1_000_000, "1e999999", "-1e-999999", "0." + "0" * MIB + "1",
                                 "NaN", "-Infinity", "1" + "0" * 5_000)):  # fmt: skip
        yield f"number-{at}.json", '[{"name":"web","cpu_cores":' + number + "}]"


@kind("JSON strings")
def json_strings() -> Made:
    for at, text in enumerate(("\\ud800", "\\udc00" * 50_000, "\\u0000" * 50_000, "x" * 8 * MIB,
                               "\\" * 99_999, "\x01", "\\u12")):  # fmt: skip
        yield f"string-{at}.json", '[{"name":"' + text + '"}]'
    for at, key in enumerate((" " * MIB, "\t" * 1_000, "a" * 8 * MIB, "\\ud800", "", "." * MIB)):
        yield f"key-{at}.json", '{"' + key + '":{"os":"RHEL"},"db":{"os":"RHEL"}}'
    yield "open.json", '[{"name":"' + "x" * MIB


@kind("JSON and what else stands there")
def json_and_more() -> Made:
    yield "documents.json", '{"name":"web"}' * 100_000
    yield "commas.json", "[" + "," * MIB + "]"
    yield "comments.json", "[" + "/**/" * 100_000 + '{"name":"web"}]'
    yield "behind.json", '[{"name":"web"}]' + "]" * MIB
    yield "blanks.json", "[" + " " * (4 * MIB) + "]"
    yield "repeated.json", "[{" + '"name":"web",' * 100_000 + '"name":"db"}]'
    yield "lines-half.ndjson", '{"name":"web"}\n{"name":\n' * 50_000
    yield "colons.json", "{" + ":" * MIB


@kind("JSON graphs")
def json_graphs() -> Made:
    nodes = [{"id": f"n{at}"} for at in range(2_000)]
    edges = [{"source": f"n{at}", "target": [f"n{to}" for to in range(300)]} for at in range(2_000)]
    yield "edges-lists.json", json.dumps({"nodes": nodes, "edges": edges})
    needs = {f"s{at}": [f"s{to}" for to in range(700)] for at in range(700)}
    yield "needs-all.json", json.dumps(needs)
    spans = [{"traceID": "t", "spanID": f"s{at}", "processID": "p", "operationName": "x",
              "references": [{"refType": "CHILD_OF", "traceID": "t", "spanID": f"s{at ^ 1}"}]}
             for at in range(20_000)]  # fmt: skip
    processes = {"p": {"serviceName": "web"}}
    jaeger = {"data": [{"traceID": "t", "processes": processes, "spans": spans}]}
    yield "spans-cyclic.json", json.dumps(jaeger)
    callee = {"serviceName": "a"}
    star = [{"traceId": "t", "id": f"{at:x}", "parentId": "0", "localEndpoint": callee}
            for at in range(50_000)]  # fmt: skip
    yield "spans-star.json", json.dumps(star)
    pods = {"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": f"p{at}", "labels":
            {f"l{at}": "x"}}, "spec": {"containers": [{"env": [{"name": f"e{at}"}]}] * 9}}
            for at in range(2_000)]}  # fmt: skip
    yield "pods.json", json.dumps(pods)
