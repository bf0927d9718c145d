"""Every setting, once. Read from the environment as `DISCOVERY_…`; nothing else reads it."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.sandbox.allowance import Allowance


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
    objects_url: str | None = Field(
        None,
        description="A bucket that keeps files and frames instead of a folder of the home:"
        " `s3://bucket/prefix`, `az://…` or `gs://…`.",
    )
    inbox_url: str | None = Field(
        None,
        description="A bucket whose drops become sessions, instead of a folder of the home:"
        " `s3://bucket/prefix`, `az://…` or `gs://…`.",
    )
    max_runs: int = Field(2, ge=1, description="Session runs that `up` executes side by side.")
    start_seconds: float = Field(
        300,
        gt=0,
        description="Seconds from a run's launch until its worker works, after which it counts as"
        " lost; where pods wait for a machine, more, and as many in dagster.yaml.",
    )
    max_sessions: int = Field(1000, ge=1, description="Sessions that an engagement may have.")

    inbox_settle_seconds: float = Field(
        60,
        ge=0,
        description="How long a drop without `_READY` must stay unchanged before it is taken in.",
    )
    max_upload_bytes: int = Field(
        2 * 1024**3, ge=1, description="Bytes that one form of the pages may send as files."
    )
    max_file_bytes: int = Field(2 * 1024**3, ge=1, description="Bytes of a file that is read.")
    max_unpacked_bytes: int = Field(
        4 * 1024**3, ge=1, description="Bytes of a workbook or archive once unpacked."
    )
    max_compression_ratio: int = Field(
        200,
        ge=1,
        description="How many times its size an archive may unpack to; zip bombs exceed it.",
    )
    max_archive_files: int = Field(1_000, ge=1, description="Files in a zip archive.")
    max_columns: int = Field(4_096, ge=1, description="Columns of a table.")
    max_cell_characters: int = Field(1_000_000, ge=1, description="Characters of a cell.")
    max_sheet_cells: int = Field(
        50_000_000,
        ge=1,
        description="Cells of the rectangles around all of a workbook, 32 bytes each.",
    )
    max_json_depth: int = Field(64, ge=1, le=500, description="How deep JSON may be nested.")
    max_yaml_nodes: int = Field(
        2_000_000,
        gt=0,
        description="Texts, lists and objects of a YAML file, repeated ones included.",
    )
    reading_memory_bytes: int = Field(
        768 * 1024**2,
        ge=64 * 1024**2,
        description="Memory that a file may take to be read, plus some for each of its bytes.",
    )
    reading_seconds: float = Field(
        8,
        gt=0,
        description="Seconds of processor time that a file may take to be read, besides some for"
        " each of its bytes; ten times as long by the clock.",
    )
    max_xml_elements: int = Field(
        2_000_000, gt=0, description="Elements of an XML file, some 300 bytes each."
    )
    flow_memory_bytes: int = Field(
        1024**3,
        ge=64 * 1024**2,
        description="Memory in which the records of flow logs are counted; more spills to disk.",
    )
    webhook_url: str | None = Field(
        None, description="Where failed runs and failed asset checks are reported as JSON."
    )
    backup_key_file: Path | None = Field(
        None,
        description="File with the key that seals backups, instead of `backup.key` of the home.",
    )
    keep_events_days: int = Field(
        90, ge=1, description="Days after which the log lines of finished runs are deleted."
    )

    llm_base_url: str | None = Field(
        None, description="An OpenAI-compatible server; with `llm_model`, a model is configured."
    )
    llm_model: str | None = Field(None, description="The model's name at that server.")
    llm_api_key: SecretStr = Field(
        SecretStr("none"), description="Its key; local servers take any."
    )
    llm_batch_size: int = Field(20, ge=1, le=100, description="Questions in one request.")
    llm_concurrency: int = Field(4, ge=1, le=64, description="Requests of a session at a time.")
    llm_timeout_seconds: float = Field(60, gt=0, description="How long a request may take.")
    llm_max_calls: int = Field(200, ge=1, description="Requests that a session may cost.")
    llm_max_tokens: int = Field(1_000_000, ge=1, description="Tokens that a session may cost.")
    llm_accept_agreeing: bool = Field(
        False, description="Accept a proposal that independent evidence agrees with."
    )

    @model_validator(mode="after")
    def _model_is_whole(self) -> Self:
        if (self.llm_base_url is None) != (self.llm_model is None):
            raise ValueError(
                "DISCOVERY_LLM_BASE_URL and DISCOVERY_LLM_MODEL are set together or not at all"
            )
        return self

    @field_validator("objects_url", "inbox_url")
    @classmethod
    def _is_a_bucket(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value:
            return None
        url, name = urlsplit(value), f"DISCOVERY_{str(info.field_name).upper()}"
        if url.scheme not in ("s3", "az", "gs") or not url.hostname:
            raise ValueError(f"{name} begins with s3://, az:// or gs:// and a bucket")
        if "@" in url.netloc or url.query or url.fragment:
            raise ValueError(f"{name} holds no credentials or options")
        return value

    @model_validator(mode="after")
    def _inbox_is_apart(self) -> Self:
        if self.inbox_url and self.objects_url:
            urls = [f"{url.rstrip('/')}/" for url in (self.inbox_url, self.objects_url)]
            if urls[0].startswith(urls[1]) or urls[1].startswith(urls[0]):
                raise ValueError(
                    "DISCOVERY_INBOX_URL and DISCOVERY_OBJECTS_URL lie beside each other, not one"
                    " in the other"
                )
        return self

    @field_validator("llm_base_url", "llm_model")
    @classmethod
    def _empty_is_unset(cls, value: str | None) -> str | None:
        return value or None

    api_host: str = Field(
        "127.0.0.1", description="Address on which `up` and `api` serve the read API and pages."
    )
    api_port: int = Field(8000, ge=0, le=65535, description="Their port; 0: any.")
    dagster_host: str = Field("127.0.0.1", description="Address on which `up` serves Dagster's UI.")
    dagster_port: int = Field(3000, ge=0, le=65535, description="Its port; 0: any.")
    code_server_host: str = Field(
        "127.0.0.1", description="Where `service` finds the code server that others share."
    )
    code_server_port: int = Field(4000, ge=1, le=65535, description="Its port.")
    broker_url: str | None = Field(
        None,
        description="Redis or RabbitMQ, from which `service worker` takes runs:"
        " `redis://host:6379/0`.",
    )
    log_bytes: int = Field(
        10 * 1024**2, ge=1, description="Bytes of a service's log before it is rotated."
    )
    log_files: int = Field(5, ge=0, description="Older logs of a service that are kept.")

    api_rate: str = Field(
        "6000/minute", description="Requests that a token may make of the read API."
    )
    api_connections: int = Field(
        8, ge=2, description="Connections to Postgres that the read API holds at most."
    )
    api_streams: int = Field(
        16,
        ge=1,
        description="Downloads that a token may have open at a time, and as many event streams.",
    )
    api_peer_seconds: float = Field(
        30,
        gt=0,
        description="Seconds after which a client that reads nothing is disconnected.",
    )
    api_query_seconds: float = Field(
        60, gt=0, description="Seconds that a query of the read API may take."
    )
    api_origins: str = Field(
        "", description="Origins whose pages may read the API (CORS), separated by spaces."
    )
    api_hosts: str = Field(
        "",
        description="Host names by which people reach it, separated by spaces, besides this"
        " machine's addresses and the host of `pages_url`.",
    )
    pages_url: str | None = Field(
        None, description="Where people reach the pages, which Dagster's materialisations link to."
    )

    source_url: str | None = Field(
        None,
        description="Where people read the code of this version, such as a repository's folder at"
        " a tag; Dagster's assets link there.",
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def limits(self) -> Limits:
        """The largest file that is read; one beyond any of these is refused, with the reason."""
        return Limits(
            file_bytes=self.max_file_bytes,
            columns=self.max_columns,
            cell_characters=self.max_cell_characters,
            uncompressed_bytes=self.max_unpacked_bytes,
            compression_ratio=self.max_compression_ratio,
            sheet_cells=self.max_sheet_cells,
            archive_members=self.max_archive_files,
            json_depth=self.max_json_depth,
            yaml_nodes=self.max_yaml_nodes,
            xml_elements=self.max_xml_elements,
        )

    @property
    def allowance(self) -> Allowance:
        """What a file may take to be read; one that takes more is refused, with the reason."""
        return Allowance(self.reading_memory_bytes, self.reading_seconds)

    @property
    def known_hosts(self) -> list[str]:
        """Names that requests may come by, without ports."""
        return [*self.api_hosts.split(), urlsplit(self.pages_url or "").hostname or "localhost"]

    @property
    def llm_host(self) -> str:
        """Host and port of the model's server, without an account; empty when there is none."""
        return urlsplit(self.llm_base_url or "").netloc.rpartition("@")[2]

    @property
    def dagster_home(self) -> Path:
        """Folder that Dagster knows as `DAGSTER_HOME`."""
        return self.home / "dagster"

    @property
    def spill(self) -> Path:
        """Folder for what does not fit the memory while a step runs."""
        return self.home / "spill"

    @property
    def objects(self) -> Path:
        """Folder of the object store, where no bucket is."""
        return self.home / "objects"

    @property
    def inbox(self) -> Path:
        """Folder whose drops become sessions."""
        return self.home / "inbox"
