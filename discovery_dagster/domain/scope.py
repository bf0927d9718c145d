"""What a token may see."""

from dataclasses import dataclass

from discovery_dagster.domain.keys import EngagementKey, slug


@dataclass(frozen=True)
class Scope:
    """A client with all its engagements, or some of them; `client` None is this whole home.

    Written as OAuth 2.0 writes scopes (RFC 6749, section 3.3), parted by spaces: `acme`,
    `acme.dc-exit acme.hq`, or `*`.
    """

    client: str | None = None
    engagements: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.client is not None:
            slug(self.client, "client")
        for engagement in self.engagements:
            slug(engagement, "engagement")

    def allows(self, engagement: EngagementKey) -> bool:
        """Whether the engagement may be seen."""
        if self.client is None:
            return True
        return engagement.client == self.client and (
            not self.engagements or engagement.engagement in self.engagements
        )

    def has_client(self, client: str) -> bool:
        """Whether all engagements of the client may be seen, those to come, too."""
        return self.client is None or (self.client == client and not self.engagements)

    def __str__(self) -> str:
        if self.client is None:
            return "*"
        if not self.engagements:
            return self.client
        return " ".join(f"{self.client}.{engagement}" for engagement in self.engagements)
