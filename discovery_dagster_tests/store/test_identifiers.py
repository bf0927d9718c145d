"""The identity register: what an identifier means is asked for in whichever way costs less."""

import polars as pl
import pytest

from discovery_dagster.domain.identity import Inventory
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import identifiers, sessions

#: Identifiers that CSV, arrays and SQL could stumble over.
HOSTILE = ['name:|a"b', "name:|a,b", "name:|a\nb", "name:|{a}", "name:|NULL", "name:|", "name:|\\N"]


@pytest.fixture
def session(database, objects, engagement) -> SessionKey:
    return sessions.register(database, objects, engagement, [])


def inventory_of(names: dict[str, str]) -> Inventory:
    frame = pl.DataFrame({"identifier": list(names), "asset_id": list(names.values())})
    return Inventory(pl.DataFrame(), pl.DataFrame(), pl.DataFrame(), frame)


@pytest.mark.parametrize("others", [0, 100], ids=["read whole", "asked for"])
def test_what_is_registered_is_known_again_whatever_it_holds(database, session, others):
    names = {name: f"asset-{at}" for at, name in enumerate(HOSTILE)}
    many = names | {f"serial:{at}": "another" for at in range(others)}
    identifiers.assign_ids(database, session, 1, unasked, lambda known: inventory_of(many))
    asked_with = []

    def resolve(known):
        asked_with.append(known)
        return inventory_of(names)

    records, wanted = len(names), pl.Series([*HOSTILE, "name:|new"])
    candidates = (lambda: wanted) if others else unasked
    identifiers.assign_ids(database, session, records, candidates, resolve)
    assert asked_with == [names]


def test_an_identifier_keeps_its_asset_and_new_ones_are_added(database, session):
    identifiers.assign_ids(database, session, 1, unasked, lambda known: inventory_of({"a": "1"}))
    candidates = pl.Series(["a", "b"])
    both = inventory_of({"a": "2", "b": "2"})
    identifiers.assign_ids(database, session, 1, lambda: candidates, lambda known: both)
    asked_with = []
    identifiers.assign_ids(
        database,
        session,
        1,
        lambda: candidates,
        lambda known: asked_with.append(known) or inventory_of({}),
    )
    assert asked_with == [{"a": "1", "b": "2"}]


def test_it_is_resolved_again_when_another_session_registers_meanwhile(database, session):
    asked_with = []

    def resolve(known):
        asked_with.append(known)
        if len(asked_with) == 1:
            identifiers.assign_ids(
                database, session, 1, unasked, lambda known: inventory_of({"a": "1"})
            )
        return inventory_of({"a": known.get("a", "2")})

    inventory = identifiers.assign_ids(database, session, 1, unasked, resolve)
    assert asked_with == [{}, {"a": "1"}]
    assert inventory.identifiers.rows() == [("a", "1")]


def unasked():
    raise AssertionError("Little or nothing is registered, so nothing is to be asked for.")
