"""Dagster's partitions are the sessions, and nothing but them."""

import dagster as dg
import pytest

from discovery_dagster.defs import partitions
from discovery_dagster.defs.partitions import PARTITIONS_NAME, SESSION_PARTITIONS
from discovery_dagster.domain.keys import EngagementKey, SessionKey

DC, HR = EngagementKey("acme", "dc-exit"), EngagementKey("acme", "hr")


@pytest.fixture
def instance(engine):
    """The instance of a home, without any partition."""
    for name in (PARTITIONS_NAME, "engagement", "session"):
        for key in engine.instance.get_dynamic_partitions(name):
            engine.instance.delete_dynamic_partition(name, key)
    return engine.instance


def keys(instance):
    with dg.partition_loading_context(dynamic_partitions_store=instance):
        return list(SESSION_PARTITIONS.get_partition_keys())


def test_an_engagement_with_many_sessions_gives_others_none(instance):
    for ordinal in (1, 2, 3):
        partitions.add_partition(instance, SessionKey(DC, ordinal))
    partitions.add_partition(instance, SessionKey(HR, 1))
    partitions.add_partition(instance, SessionKey(HR, 1))
    assert keys(instance) == [
        "acme.dc-exit|s001", "acme.dc-exit|s002", "acme.dc-exit|s003", "acme.hr|s001",
    ]  # fmt: skip


def test_a_range_of_partitions_is_looked_up_and_one_alone_is_not(instance):
    with dg.partition_loading_context(dynamic_partitions_store=instance):
        alone = dg.PartitionKeyRange("acme.hr|s009", "acme.hr|s009")
        assert SESSION_PARTITIONS.get_partition_keys_in_range(alone) == ["acme.hr|s009"]
        partitions.show_sessions(instance, [SessionKey(DC, n) for n in (1, 2, 3)], present=True)
        several = dg.PartitionKeyRange("acme.dc-exit|s002", "acme.dc-exit|s003")
        assert SESSION_PARTITIONS.get_partition_keys_in_range(several) == [
            "acme.dc-exit|s002",
            "acme.dc-exit|s003",
        ]


@pytest.fixture
def former(instance):
    """A home from before: a grid of two engagements and three sessions, one of the six real."""
    instance.add_dynamic_partitions("engagement", [str(DC), str(HR)])
    instance.add_dynamic_partitions("session", ["s001", "s002", "s003"])
    real = SessionKey(DC, 2)
    instance.report_runless_asset_event(
        dg.AssetMaterialization("inventory", partition=real.partition_key)
    )
    return real


def test_a_home_with_the_former_grid_keeps_its_sessions_and_their_history(instance, former):
    assert partitions.has_former_dimensions(instance)
    partitions.leave_former_dimensions(instance, [former])
    assert keys(instance) == [former.partition_key]
    assert instance.get_materialized_partitions(dg.AssetKey("inventory")) == {former.partition_key}
    assert not partitions.has_former_dimensions(instance)
    assert instance.get_dynamic_partitions("session") == []


def test_leaving_the_former_grid_is_done_again_after_a_kill(instance, former, monkeypatch):
    deleted = []

    def killed(name, key):
        deleted.append((name, key))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(instance, "delete_dynamic_partition", killed)
        partitions.leave_former_dimensions(instance, [former])
    assert deleted
    assert partitions.has_former_dimensions(instance)
    partitions.leave_former_dimensions(instance, [former])
    assert keys(instance) == [former.partition_key]


def test_what_is_kept_under_the_name_is_only_what_names_a_session(instance):
    partitions.add_partition(instance, SessionKey(DC, 12))
    (key,) = instance.get_dynamic_partitions(PARTITIONS_NAME)
    assert SessionKey.parse(key) == SessionKey(DC, 12)
