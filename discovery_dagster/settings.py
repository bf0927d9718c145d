"""Every setting, once. Read from the environment as `DISCOVERY_…`; nothing else reads it."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the person who runs Discovery may set."""

    model_config = SettingsConfigDict(env_prefix="DISCOVERY_", frozen=True)

    home: Path = Field(
        Path(".discovery"), description="All state of this installation lies below it."
    )
    postgres_url: str | None = Field(
        None, description="A Postgres server to use instead of the embedded one."
    )
    postgres_user: str | None = Field(
        None, description="The account that runs the embedded server when started by root."
    )
    max_runs: int = Field(2, ge=1, description="Session runs that `up` executes side by side.")
    max_sessions: int = Field(1000, ge=1, description="Sessions that an engagement may have.")

    inbox_settle_seconds: float = Field(
        60, ge=0, description="How long a drop without `_READY` must look the same to have landed."
    )
    webhook_url: str | None = Field(
        None, description="Where failed runs and failed asset checks are told as JSON."
    )
    keep_events_days: int = Field(
        90, ge=1, description="Days after which the log lines of finished runs are deleted."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def dagster_home(self) -> Path:
        """Folder that Dagster knows as `DAGSTER_HOME`."""
        return self.home / "dagster"

    @property
    def objects(self) -> Path:
        """Folder of the object store."""
        return self.home / "objects"

    @property
    def inbox(self) -> Path:
        """Folder whose drops become sessions."""
        return self.home / "inbox"
