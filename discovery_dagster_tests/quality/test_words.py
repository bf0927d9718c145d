from pathlib import Path

from quality import words


def test_texts_of_cells_mean_what_people_say_they_mean():
    measured = list(words.figures(Path()))
    assert {figure.subject for figure in measured} >= {"os_version", "eol_status", "product"}
    assert [figure for figure in measured if not figure.good] == []
