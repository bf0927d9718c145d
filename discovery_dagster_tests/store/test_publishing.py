import time
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.steps import Step
from discovery_dagster.domain.tables import INVENTORY_CONFLICTS, INVENTORY_MEMBERS, empty
from discovery_dagster.domain.tables.validation import WrongRowsError
from discovery_dagster.store import bulk, claims, exports, publications, sessions
from discovery_dagster.store.claims import Claim, FencedError
from discovery_dagster.store.publications import Publisher

STEP = Step("inventory", "", frames={"members": INVENTORY_MEMBERS})
HOSTILE = ['a"b', "c,d", "back\\slash", "", "line\nbreak", "NULL", "{}", "=cmd()", "é €"]


def members(*ids: str, keys: list[str] | None = None) -> dict[str, pl.DataFrame]:
    rows = [(name, line, "x.csv", None, line, keys or []) for line, name in enumerate(ids, 2)]
    frame = pl.DataFrame(rows, schema=dict(INVENTORY_MEMBERS), orient="row")
    return {"members": frame, "conflicts": empty(INVENTORY_CONFLICTS)}


@pytest.fixture
def session(database, objects, engagement):
    return sessions.register(database, objects, engagement, [])


@pytest.fixture
def publish(database, objects, session):
    with Claim.take(database, session, "run-1") as claim:
        publisher = Publisher(claim, objects)
        yield lambda rows: publisher.publish(STEP, {}, rows, {}, datetime.now(UTC))


def stored(database, session):
    with database.reader([session.engagement]) as connection:
        return connection.execute(
            "select asset_id, keys from discovery.asset_member where session = %s order by seq",
            [session.session],
        ).fetchall()


def test_publishing_again_replaces_exactly_the_rows_of_the_session(
    database, objects, session, publish
):
    other = sessions.register(database, objects, session.engagement, [])
    with Claim.take(database, other, "run-2") as claim:
        Publisher(claim, objects).publish(STEP, {}, members("x"), {}, datetime.now(UTC))
    publish(members("a", "b"))
    publish(members("c"))
    assert [row["asset_id"] for row in stored(database, session)] == ["c"]
    assert [row["asset_id"] for row in stored(database, other)] == ["x"]


def written(database, session) -> list[int]:
    """The transaction that wrote each row."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select xmin::text::bigint as written from discovery.asset_member"
            " where session = %s order by seq",
            [session.session],
        ).fetchall()
    return [row["written"] for row in rows]


def test_rows_that_stay_as_they_are_are_not_written_again(database, session, publish):
    publish(members("a", "b", "c", "d", "e"))
    before = written(database, session)
    publish(members("a", "b", "x", "d"))
    after = written(database, session)
    assert [row["asset_id"] for row in stored(database, session)] == ["a", "b", "x", "d"]
    assert [old == new for old, new in zip(before, after, strict=False)] == [
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("lost", ["rows", "frames"])
def test_all_rows_are_written_where_what_was_published_is_gone(
    database, objects, session, publish, lost
):
    publication = publish(members("a", "b", "c"))
    if lost == "rows":
        with database.writer(session.engagement) as connection:
            connection.execute(
                "delete from discovery.asset_member where session = %s and seq = 0",
                [session.session],
            )
    else:
        folder = f"{session.engagement}/{session.session}/frames/inventory"
        assert objects.place.delete_below(f"{folder}/{publication.publication}")
    publish(members("a", "b", "x"))
    assert [row["asset_id"] for row in stored(database, session)] == ["a", "b", "x"]


CELLS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", ""]),
        st.one_of(st.none(), st.lists(st.sampled_from(["k", "l"]), max_size=2)),
    ),
    max_size=5,
)


# The first frame of an example replaces all rows, those of the example before, too.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CELLS, min_size=1, max_size=4))
def test_rows_are_those_of_the_last_frame_whatever_was_published_before(
    database, session, tmp_path_factory, frames
):
    stored_file = None
    for number, cells in enumerate(frames):
        rows = [(name, line, "x.csv", None, line, keys) for line, (name, keys) in enumerate(cells)]
        frame = pl.DataFrame(rows, schema=dict(INVENTORY_MEMBERS), orient="row")
        with database.writer(session.engagement) as connection:
            bulk.replace_rows(connection, session, "asset_member", frame, stored_file)
        stored_file = tmp_path_factory.mktemp("frames") / f"{number}.parquet"
        frame.write_parquet(stored_file)
        assert [(row["asset_id"], row["keys"]) for row in stored(database, session)] == cells


def test_cells_come_back_from_the_database_as_they_went_in(database, session, publish):
    publish(members(*HOSTILE, keys=HOSTILE))
    rows = stored(database, session)
    assert [row["asset_id"] for row in rows] == HOSTILE
    assert all(row["keys"] == HOSTILE for row in rows)


def test_a_publication_is_current_and_its_frames_can_be_read(database, objects, session, publish):
    publication = publish(members("a"))
    assert publications.current(database, session)["inventory"] == publication
    frame = objects.read_frame(session, "inventory", publication.publication, "members")
    assert frame["asset_id"].to_list() == ["a"]


def test_a_run_that_was_given_up_changes_nothing(database, objects, session):
    lost = Claim.take(database, session, "run-1")
    Publisher(lost, objects).publish(STEP, {}, members("old"), {}, datetime.now(UTC))
    lost.release()
    # Postgres lets go of the lock when it hears that its connection is closed.
    deadline = time.monotonic() + 30
    while claims.is_held(database, session) and time.monotonic() < deadline:
        time.sleep(0.05)
    with Claim.take(database, session, "run-2"), pytest.raises(FencedError):
        Publisher(lost, objects).publish(STEP, {}, members("late"), {}, datetime.now(UTC))
    assert [row["asset_id"] for row in stored(database, session)] == ["old"]


def test_a_frame_without_its_schema_is_not_published(publish):
    frame = members("a")
    with pytest.raises(ValueError, match=r"missing columns \['line'\]"):
        publish({**frame, "members": frame["members"].drop("line")})


def test_rows_that_are_not_as_declared_are_never_served(database, session, publish):
    publish(members("a"))
    wrong = members("b", "c")
    lacking = wrong["members"].with_columns(asset_id=pl.Series([None, "c"]))
    with pytest.raises(WrongRowsError, match="asset_id missing in 1 of 2 rows"):
        publish({**wrong, "members": lacking})
    assert [row["asset_id"] for row in stored(database, session)] == ["a"]


def test_every_export_of_an_empty_session_is_an_empty_list(database, session):
    for table in exports.LISTINGS:
        assert exports.rows(database, session, table) == []


def test_postgres_knows_how_many_rows_it_was_given(database, publish):
    publish(members(*(f"asset {number}" for number in range(bulk.MANY))))
    with database.connect() as connection:
        known = connection.execute(
            "select reltuples from pg_class where oid = 'discovery.asset_member'::regclass"
        ).fetchone()
    assert known["reltuples"] >= bulk.MANY
