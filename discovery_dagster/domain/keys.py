"""Whose data this is: client, engagement and session, parsed once at the edge.

Everything below the edges takes a :class:`SessionKey` or an engagement key, never loose strings.
"""

import re
from dataclasses import dataclass
from typing import Self

from discovery_dagster.domain.errors import InvalidRequestError

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SESSION = re.compile(r"s(\d{3,9})")

#: What Dagster keeps the partition keys of sessions under.
PARTITIONS_NAME = "engagement_session"


class InvalidKeyError(InvalidRequestError, ValueError):
    """A client, engagement, session or partition key that is not well-formed."""

    code = "invalid_key"


def slug(value: str, what: str) -> str:
    """Return `value` when it is a well-formed slug; `what` names it in the error.

    Raises:
        InvalidKeyError: for anything but 1 to 63 of `a-z`, `0-9` and inner `-`.
    """
    if not SLUG.fullmatch(value):
        raise InvalidKeyError(
            f"{value!r} is no {what}: use 1 to 63 lower-case letters, digits and inner hyphens."
        )
    return value


@dataclass(frozen=True, order=True)
class EngagementKey:
    """One client's engagement, written `client.engagement`."""

    client: str
    engagement: str

    def __post_init__(self) -> None:
        slug(self.client, "client")
        slug(self.engagement, "engagement")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `client.engagement`.

        Raises:
            InvalidKeyError: when it is not two slugs with a dot between them.
        """
        client, _, engagement = text.partition(".")
        return cls(client, engagement)

    def __str__(self) -> str:
        return f"{self.client}.{self.engagement}"


@dataclass(frozen=True, order=True)
class SessionKey:
    """One session of an engagement; `ordinal` counts from 1 and is written `s001`."""

    engagement: EngagementKey
    ordinal: int

    @classmethod
    def of(cls, engagement: EngagementKey, session: str) -> Self:
        """Read a session key such as `s001` of an engagement.

        Raises:
            InvalidKeyError: when `session` is not `s` and a number of three digits or more.
        """
        match = SESSION.fullmatch(session)
        if match is None or int(match[1]) == 0 or f"s{int(match[1]):03d}" != session:
            raise InvalidKeyError(f"{session!r} is no session: write s001, s002 and so on.")
        return cls(engagement, int(match[1]))

    @classmethod
    def parse(cls, partition_key: str) -> Self:
        """Read Dagster's partition key `client.engagement|s001`.

        Raises:
            InvalidKeyError: when it is not an engagement key, a pipe and a session key.
        """
        engagement, _, session = partition_key.partition("|")
        return cls.of(EngagementKey.parse(engagement), session)

    @property
    def session(self) -> str:
        """The ordinal as it is written, `s001`."""
        return f"s{self.ordinal:03d}"

    @property
    def partition_key(self) -> str:
        """The key of this session's partition of every Dagster asset."""
        return f"{self.engagement}|{self.session}"

    def __str__(self) -> str:
        return self.partition_key
