import pytest

from quality import edges


@pytest.mark.long
def test_edges_of_labelled_files_are_as_right_as_wanted(shared_data):
    measured = list(edges.figures(shared_data))
    assert len(measured) == 2 * len(edges.LABELLED) + 1
    assert [figure for figure in measured if not figure.good] == []
