from pathlib import Path

import pytest

from discovery_dagster.domain.fields import FIELDS, IGNORED, UNMAPPED
from quality import headers


@pytest.mark.long
def test_headers_are_mapped_as_rightly_as_wanted_on_both_halves():
    measured = list(headers.figures(Path()))
    assert len(measured) == 8
    assert [figure for figure in measured if not figure.good] == []


def test_the_labelled_headers_are_many_and_name_fields_that_exist():
    labelled = headers.read_truth()
    assert len(labelled) >= 1_000
    assert {name for header in labelled for name in header.truth} <= {*FIELDS, UNMAPPED, IGNORED}
    assert len({(header.source, header.name) for header in labelled}) == len(labelled)


@pytest.mark.parametrize("half", [headers.WRITTEN_ON, headers.MEASURED_ON])
def test_each_half_is_about_half(half):
    labelled = headers.read_truth()
    share = sum(header.half == half for header in labelled) / len(labelled)
    assert 0.45 < share < 0.55
