"""Texts made of columns."""

import polars as pl
import pytest

from discovery_dagster.domain.texts import formatted


def test_a_text_has_its_parts_in_their_places_and_none_where_one_is_missing():
    frame = pl.DataFrame({"name": ["web01", None], "line": [2, 3]})
    sentences = frame.select(formatted("{} stands in line {}.", "name", pl.col("line"))).to_series()
    assert sentences.to_list() == ["web01 stands in line 2.", None]


def test_what_was_read_in_pieces_of_which_the_first_has_nothing_is_formatted():
    pieces = [pl.DataFrame({"name": [name]}) for name in ("a", "b", "b")]
    frame = pl.concat(pieces, rechunk=False).filter(pl.Series([False, True, True]))
    assert frame["name"].chunk_lengths()[0] == 0
    assert frame.select(formatted("-{}-", "name")).to_series().to_list() == ["-b-", "-b-"]


def test_parts_without_a_place_are_refused():
    with pytest.raises(ValueError, match="1 places for 2 parts"):
        formatted("{}", "name", "line")
