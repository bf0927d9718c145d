"""The board of a plan of many waves: which of them a page has, and where the others are."""

import pytest

from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.pages import plan_board
from discovery_dagster.pages.plan_board import CARDS, LINES, WAVES

SESSION = SessionKey.of(EngagementKey("acme", "exit"), "s001")
#: Waves of a plan of about 50,000 assets.
MANY = 3 * WAVES + 5


def waves(number):
    about = {"reason": "", "assets": 2, "starts": None, "ends": None, "effort_hours": 0}
    return [{"wave": at, **about} for at in range(1, number + 1)]


def group(name, wave, size=2):
    assets = [f"{name}-{at}" for at in range(size)]
    return {
        "group": name,
        "name": name,
        "wave": wave,
        "assets": assets,
        "reason": "",
        "cycle": False,
    }


def board_from(first, number=MANY):
    return plan_board.board(SESSION, plan_board.window(waves(number), [], first), [])


@pytest.mark.parametrize(
    ("first", "shown"),
    [(1, (1, WAVES)), (WAVES + 1, (WAVES + 1, 2 * WAVES)), (MANY, (MANY, MANY)),
     (-3, (1, WAVES)), (MANY + 100, (MANY, MANY))],
)  # fmt: skip
def test_a_page_begins_with_the_wave_that_was_asked_for(first, shown):
    columns = board_from(first).columns
    assert (columns[0].wave, columns[-1].wave) == shown


def test_a_page_leads_to_the_waves_before_and_after():
    board = board_from(WAVES + 1)
    assert "wave=1#" in board.previous_url
    assert f"wave={2 * WAVES + 1}#" in board.next_url
    assert board.last == MANY


def test_a_plan_of_few_waves_is_on_one_page():
    board = board_from(1, WAVES)
    assert (board.previous_url, board.next_url) == (None, None)


def test_a_plan_without_waves_has_an_empty_board():
    assert board_from(1, 0).columns == []


def test_only_groups_of_the_shown_waves_are_listed_the_largest_first():
    groups = [group("G-small", 1), group("G-large", 1, 3), group("G-late", WAVES + 1)]
    window = plan_board.window(waves(MANY), groups, 1)
    assert window.listed == ["G-large", "G-small"]
    assert ("group G-small", "G-small") in window.subjects
    assert "G-late" not in str(window.subjects)


def test_a_wave_says_how_many_groups_it_has_beyond_those_it_lists():
    groups = [group(f"G{at:03}", 1) for at in range(CARDS + LINES + 7)]
    board = plan_board.board(SESSION, plan_board.window(waves(1), groups, 1), [])
    (column,) = board.columns
    assert (len(column.cards), len(column.lines), column.lines_more) == (CARDS, LINES, 7)
