"""Anchors of YAML that would grow without end are refused, or read in the time of their keys."""

import time

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.yaml_text import read_yaml


@pytest.mark.parametrize("text", ["&a {<<: *a}\n", "hosts: &a [1, *a]\n", "a: &a {b: {c: *a}}\n"])
def test_an_anchor_that_holds_itself_is_refused(text):
    with pytest.raises(UnreadableFileError, match=r"estate\.yaml .*line 1.* &a holds itself"):
        read_yaml(text, "utf-8", "estate.yaml", Limits())


def test_mappings_that_merge_each_other_twice_are_read_at_once():
    merges = (f"m{at + 1}: &m{at + 1} {{<<: [*m{at}, *m{at}]}}\n" for at in range(40))
    begin = time.thread_time()
    reading = read_yaml("m0: &m0 {os: linux}\n" + "".join(merges), "utf-8", "e.yaml", Limits())
    assert time.thread_time() - begin < 2
    assert reading.tables[0].records.height == 41
