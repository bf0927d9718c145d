"""What the soak takes for growth without bound."""

from dataclasses import replace

from scripts.soak.figures import Holdings, grown

START = Holdings(0, 0, 0, 0, 10.0, 1.0)
HALF = Holdings(10, 1_500, 12, 3_000, 15.0, 3.0)
END = Holdings(20, 3_000, 24, 6_000, 20.0, 5.0)


def growth(end: Holdings) -> list[str]:
    return grown(HALF.since(START), end.since(HALF))


def test_what_grows_with_the_drops_is_no_growth_without_bound():
    assert growth(END) == []


def test_what_each_drop_adds_more_of_is_named():
    assert growth(replace(END, events=4_000, files_mib=9.0)) == ["events", "files_mib"]


def test_a_half_in_which_more_was_dropped_may_add_more():
    assert growth(replace(END, sessions=30, events=4_500, runs=36, store_rows=9_000)) == []
