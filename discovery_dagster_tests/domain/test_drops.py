import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.drops import (
    Cursor,
    Look,
    Watch,
    find_landed,
    news,
    take_turns,
    well_formed,
)


def look(signature: str = "a", *, ready: bool = False, files: tuple[str, ...] = ("x.csv",)) -> Look:
    return Look("acme/dc-exit/monday", signature, files, ready)


def at(now: float, *, seen: Look | None = None, quiet: float = 0, failed: bool = False) -> Cursor:
    watch = {seen.place: Watch(look=seen.signature, quiet=quiet, failed=failed)} if seen else {}
    return Cursor(at=now, watched=watch)


def has_landed(one: Look, cursor: Cursor, now: float, settle: float = 60) -> bool:
    landed, watched = find_landed([one], cursor, now, settle, most=20)
    assert len(landed) + len(watched) == bool(one.files)
    return bool(landed)


def test_a_drop_that_is_marked_lands_at_the_first_look():
    assert has_landed(look(ready=True), Cursor(), 0)


def test_another_has_to_look_the_same_for_the_settle_time():
    assert not has_landed(look(), Cursor(), 1000)
    assert not has_landed(look(), at(1000, seen=look(), quiet=45), 1014)
    assert has_landed(look(), at(1000, seen=look(), quiet=45), 1015)


def test_a_change_starts_the_time_anew():
    assert not has_landed(look("b"), at(1000, seen=look("a"), quiet=59), 1015)


@pytest.mark.parametrize("jump", [-86400, 86400])
def test_a_clock_that_jumps_makes_no_drop_land(jump):
    assert not has_landed(look(), at(1000, seen=look()), 1000 + jump)


def test_an_empty_drop_never_lands():
    assert not has_landed(look(ready=True, files=()), Cursor(), 0)


def test_a_drop_that_failed_waits_though_it_is_marked():
    failed = at(1000, seen=look(), failed=True)
    assert not has_landed(look(ready=True), failed, 1015)
    assert has_landed(look(ready=True), at(1000, seen=look(), quiet=50, failed=True), 1015)


def test_no_more_land_in_a_tick_than_may_and_the_others_lose_nothing():
    looks = [Look(f"acme/dc-exit/{n}", "a", ("x",), True) for n in range(5)]
    landed, watched = find_landed(looks, Cursor(), 0, 60, most=2)
    assert [one.place for one in landed] == ["acme/dc-exit/0", "acme/dc-exit/1"]
    assert len(watched) == 3


def test_malformed_folders_are_told_with_the_reason():
    good, reasons = well_formed(["acme/dc-exit/any name", "Acme/dc-exit/x", "acme/dc-exit/\udcff"])
    assert good == ["acme/dc-exit/any name"]
    assert "'Acme' is no client" in reasons[0]
    assert len(reasons) == 2


def test_reasons_are_told_once():
    digest, sentence = news(["Acme/x/y: no."], Cursor())
    assert sentence == "Acme/x/y: no."
    assert news(["Acme/x/y: no."], Cursor(reported=digest))[1] is None
    assert news(["Acme/x/y: no.", "more"], Cursor(reported=digest))[1] is not None


@given(st.sets(st.text("abc", min_size=1)), st.integers(1, 5))
def test_every_place_gets_its_turn(places, most):
    ordered, seen, after = sorted(places), [], ""
    for _ in range(0, len(ordered), most):
        turn = take_turns(ordered, after, most)
        assert len(turn) <= most
        seen += turn
        after = turn[-1]
    assert set(seen) == places
