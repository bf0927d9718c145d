import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.keys import EngagementKey, InvalidKeyError, SessionKey

slugs = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)


@given(slugs, slugs, st.integers(1, 99_999))
def test_a_partition_key_reads_back_as_the_session_it_was_written_for(client, engagement, ordinal):
    session = SessionKey(EngagementKey(client, engagement), ordinal)
    assert SessionKey.parse(session.partition_key) == session


@pytest.mark.parametrize(
    "text", ["", "acme", "Acme.x", "a.b.c", "a|b.c", "-a.b", "a.b-", "a..b", "ä.b", "a b.c"]
)
def test_an_engagement_key_that_is_not_two_slugs_is_refused(text):
    with pytest.raises(InvalidKeyError):
        EngagementKey.parse(text)


@pytest.mark.parametrize("text", ["", "1", "s1", "s01", "s000", "S001", "s001 ", "s0001", "s001|x"])
def test_a_session_is_an_ordinal_written_in_one_way(text):
    with pytest.raises(InvalidKeyError):
        SessionKey.of(EngagementKey("a", "b"), text)
