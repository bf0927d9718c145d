"""YAML: the same records as the JSON that says the same, on the lines where they stand."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits, read_file
from discovery_dagster.domain.readers.adjacency import is_adjacency
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.readers.yaml_text import is_yaml, read_yaml
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of

pytestmark = pytest.mark.pipeline

SERVERS = """# of the first site
- name: web-01
  cpu: 4
  version: 1.10
  note: null

- name: "db-01"
  cpu: 08
  note: |
    two
    lines
"""


def test_items_are_records_on_their_lines_with_values_as_written(tmp_path: Path) -> None:
    table = table_of(tmp_path, SERVERS)
    assert table.header == ("name", "cpu", "version", "note")
    assert records_of(table) == [
        (2, "read", None, ["web-01", "4", "1.10", None]),
        (7, "read", None, ["db-01", "08", None, "two\nlines\n"]),
    ]


def test_documents_are_records(tmp_path: Path) -> None:
    text = "---\nname: web-01\nos: RHEL\n---\n\nname: db-01\n---\n"
    assert records_of(table_of(tmp_path, text)) == [
        (2, "read", None, ["web-01", "RHEL"]),
        (6, "read", None, ["db-01", None]),
    ]


def test_keys_are_names_and_anchors_are_repeated_and_merged(tmp_path: Path) -> None:
    text = (
        "base: &base {os: RHEL, site: fra}\n"
        "hosts:\n  web-01:\n    <<: *base\n    site: muc\n  db-01: *base\n"
    )
    table = table_of(tmp_path, text)
    assert table.header == ("name", "site", "os")
    assert records_of(table) == [
        (3, "read", None, ["web-01", "muc", "RHEL"]),
        (6, "read", None, ["db-01", "fra", "RHEL"]),
    ]


def test_a_key_that_stands_twice_rejects_its_record_alone(tmp_path: Path) -> None:
    table = table_of(tmp_path, "- name: a\n  os: x\n  os: y\n- name: b\n")
    assert [record[:3] for record in records_of(table)] == [
        (1, "rejected", "duplicate_key"),
        (4, "read", None),
    ]


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("servers:\n  - name: a\n - name: b\n", "invalid_yaml"),
        ("name: {{ .Values.name }}\nos: x\n", "invalid_yaml"),
        ("name: *nobody\nos: x\n", "invalid_yaml"),
        ("name: x\nos: y\n? [a, b]\n: c\n", "invalid_yaml"),
        ("name: a\nos: \x07\n", "invalid_yaml"),
        ("---\n# nothing\n", "not_a_table"),
        ("--- a text\n", "not_a_table"),
        (LAUGHS, "limit_exceeded"),
        ("a: &a\n  b: *a\n  c: d\n", "limit_exceeded"),
        ("a:\n" + "".join(" " * (at + 1) + "a:\n" for at in range(100)), "limit_exceeded"),
        ("a:\n  b: " + "[" * 100_000, "limit_exceeded"),
    ],
)
def test_broken_and_hostile_yaml_is_refused_in_one_sentence(
    tmp_path: Path, text: str, code: str
) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, text)
    assert refused.value.code == code


def test_tags_construct_nothing(tmp_path: Path) -> None:
    text = "- name: !!python/object/apply:os.getcwd []\n  os: !Ref Image\n"
    assert records_of(table_of(tmp_path, text)) == [(1, "read", None, [None, "Image"])]


def test_what_is_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "servers.yaml"
    path.write_text(SERVERS)
    with pytest.raises(UnreadableFileError, match="limit of 10 YAML nodes"):
        read_file(path, path.name, Limits(yaml_nodes=10))


@pytest.mark.parametrize(
    "text",
    [
        "Name,Note\nweb,role: frontend\ndb,role: backend\n",
        "Host: web; OS: RHEL\n1;2\n3;4\n5;6\n",
        "2026-01-01 10:00:00 web01 started\n2026-01-01 10:00:01 db01 started\n",
        "web cart auth\ncart redis\n",
        "Name\nweb-01\ndb-01\n",
        "- a remark\n- another\n",
        "",
    ],
)
def test_other_texts_are_no_yaml(text: str) -> None:
    assert not is_yaml(text)


def test_an_outline_is_no_list_of_neighbours() -> None:
    text = "services:\n  web:\n    depends_on: db\n  db:\n    image: postgres\n"
    assert not is_adjacency(text)
    assert is_yaml(text)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
VALUES = st.one_of(st.none(), TEXT, st.lists(TEXT, max_size=3), st.dictionaries(TEXT, TEXT))
OBJECTS = st.lists(st.dictionaries(TEXT, VALUES, min_size=1), min_size=1, max_size=5)
DOCUMENTS = st.one_of(OBJECTS, st.dictionaries(TEXT, OBJECTS, min_size=1, max_size=3))


@given(DOCUMENTS, st.booleans())
def test_yaml_gives_the_records_of_the_json_that_says_the_same(
    document: object, flow: bool
) -> None:
    def cells(reading):
        return [(table.header, [row[3] for row in records_of(table)]) for table in reading.tables]

    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_flow_style=flow)
    written = json.dumps(document, indent=1)
    result = read_yaml(text, "utf-8", "a.yaml", Limits())
    assert cells(result) == cells(read_json(written, "utf-8", "a.json", Limits()))


@given(st.lists(st.dictionaries(st.sampled_from("abc"), TEXT, min_size=1), min_size=1))
def test_each_record_stands_on_the_line_of_its_dash(things: list[dict[str, str]]) -> None:
    text = yaml.safe_dump(things, allow_unicode=True)
    dashes = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith("- ")]
    (table,) = read_yaml(text, "utf-8", "a.yaml", Limits()).tables
    assert table.records["line"].to_list() == dashes
