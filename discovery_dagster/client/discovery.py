"""What a notebook asks: engagements, a session's state, and its lists as pandas frames."""

from types import TracebackType
from typing import Any, Self

import httpx
import pandas as pd

from discovery_dagster.client.connection import Connection


class Discovery:
    """The read API of one server.

    Args:
        url: of the server, such as `http://127.0.0.1:8000`.
        token: of `discovery token create`; decides what can be seen.
        timeout: seconds that one request may take.
        transport: of httpx, for tests and proxies.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._connection = Connection(url, token, timeout=timeout, transport=transport)

    def engagements(self) -> pd.DataFrame:
        """Return one row per engagement that the token may see.

        Columns: `engagement` (`client.engagement`), `client`, `archived`, `created_at`, `sessions`
        (their number), `latest_session`.
        """
        return pd.DataFrame(self._connection.get("/engagements")["items"])

    def sessions(self, engagement: str) -> pd.DataFrame:
        """Return one row per session of an engagement, in their order.

        Columns: `session`, `title`, `status`, `started_at`, `finished_at`, `error`, and the counts
        `assets`, `unknown`, `dependencies`, `unresolved`, `groups`, `waves`.
        """
        states = self._connection.get(f"/engagements/{engagement}/sessions")["items"]
        names = ("session", "title", "status", "started_at", "finished_at", "error")
        counts = ("assets", "unknown", "dependencies", "unresolved", "groups", "waves")
        return pd.DataFrame(
            [
                {
                    **{name: state[name] for name in names},
                    **{name: state["counts"][name] for name in counts},
                }
                for state in states
            ]
        )

    def session(self, engagement: str, session: str) -> "Session":
        """Return one session, such as `("acme.dc-exit", "s001")`; nothing is asked yet."""
        return Session(self._connection, f"/engagements/{engagement}/sessions/{session}")

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Session:
    """One session. Lists take the API's filters: a list of values means any of them."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = path

    def state(self) -> dict[str, Any]:
        """Return the session's state: `status`, `steps`, `files`, `counts` and more."""
        state: dict[str, Any] = self._connection.get(self._path)
        return state

    def files(self) -> pd.DataFrame:
        """Return one row per file.

        Columns: `name`, `sha256`, `format`, `records`, `accepted`, `rejected`, `ignored`, `error`,
        `encoding`, `delimiter`, `sheets`, `notes`, `tables`, `size` (bytes).
        """
        return self._frame("files")

    def mapping(self, **filters: Any) -> pd.DataFrame:
        """Return one row per source column.

        Columns: `file`, `sheet`, `column`, `field`, `unit`, `transform`, `confidence` (0 to 1),
        `method`, `status`, `evidence`, `conflict`.
        """
        return self._frame("mapping", **filters)

    def words(self, **filters: Any) -> pd.DataFrame:
        """Return one row per distinct word in a column of a vocabulary, such as types.

        Columns: `field`, `word`, `file`, `sheet`, `column`, `rows` (records that have it), `names`,
        `meaning` (without a dictionary), `near`, `decided` (by the client's dictionary).
        """
        return self._frame("words", **filters)

    def proposals(self, **filters: Any) -> pd.DataFrame:
        """Return one row per column or asset that a language model was to say something about.

        Columns: `asset_id`, `name`, `file`, `sheet`, `column`, `field`, `rules` (their own answer),
        `value`, `confidence` (as the model states it), `rationale`, `status`, `reason`, `model`,
        `prompt`, `response`.
        """
        return self._frame("proposals", **filters)

    def rejects(self, **filters: Any) -> pd.DataFrame:
        """Return one row per rejected record: `file`, `sheet`, `line`, `reasons`, `raw`."""
        return self._frame("rejects", **filters)

    def issues(self, **filters: Any) -> pd.DataFrame:
        """Return one row per problem of a cell or record.

        Columns: `file`, `sheet`, `line` (physical, from 1), `field`, `column`, `code`, `message`,
        `value`, `severity`.
        """
        return self._frame("issues", **filters)

    def assets(self, **filters: Any) -> pd.DataFrame:
        """Return one row an IT asset, indexed by `id`.

        Columns: `name`, `type`, `tier`, `environment`, `criticality`, `os_family`, `os_name`,
        `os_version`, `eol_date` (ISO), `eol_status`, `hostname`, `fqdn`, `ip_addresses`,
        `mac_addresses`, `serial_number`, `asset_tag`, `cpu_cores`, `memory_gb` (GiB), `storage_gb`
        (10⁹ bytes), `location`, `scope`, `aliases`, `business_owner`, `technical_owner`,
        `applications`, `confidence` (of the type, 0 to 1), `rationale`, `overridden`, `sources`,
        `strategy`, `group`, `wave` and more, all of them in `docs/tables.md`.
        """
        frame = self._frame("assets", **filters)
        return frame.set_index("id") if len(frame) else frame

    def lineage(self, asset: str, field: str | None = None) -> pd.DataFrame:
        """Return one row per cell that says a value of an asset.

        Columns: `field`, `asset_value` (the asset's), `value` (the cell's), `file`, `sheet`,
        `line`, `column`, `text` (as written), `transform`, `unit`, `method`, `confidence`, `won`.
        """
        query = {"field": field} if field else {}
        document = self._connection.get(f"{self._path}/assets/{asset}/lineage", query)
        return pd.DataFrame(
            [
                {"field": value["field"], "asset_value": value["value"], **source}
                for value in document["values"]
                for source in value["sources"]
            ]
        )

    def dependencies(self, **filters: Any) -> pd.DataFrame:
        """Return one row per edge: the source needs the target.

        Columns: `source`, `target` (names), `source_id`, `target_id` (null when unresolved),
        `relation`, `port`, `protocol`, `evidence`, `confidence` (0 to 1), `status`, `resolved`,
        `service`, `infrastructure`, `conflict`; and why an end is no asset, and which ones it may
        be: `source_why`, `source_candidates`, `target_why`, `target_candidates`.
        """
        return self._frame("dependencies", **filters)

    def groups(self, **filters: Any) -> pd.DataFrame:
        """Return one row per move group.

        Columns: `group` (its id), `assets` (names), `reason`, `cycle`, `wave`, `name`.
        """
        return self._frame("groups", **filters)

    def waves(self) -> pd.DataFrame:
        """Return one row per wave.

        Columns: `wave`, `groups`, `assets` (their number), `reason`, and where dates are set,
        `starts`, `ends` and `effort_hours`.
        """
        return self._frame("waves")

    def changes(self, **filters: Any) -> pd.DataFrame:
        """Return one row per change against the session before.

        Columns: `change` (`appeared`, `not_seen`, `source_absent`, `changed`), `asset_id`, `name`,
        `field`, `before`, `after`, `what` (`asset`, `edge`, `plan`), of edges `relation`,
        `target_id`, `target`, `port`, `protocol`; `since` (the session before).
        """
        return self._frame("changes", **filters)

    def _frame(self, name: str, **filters: Any) -> pd.DataFrame:
        pages = self._connection.pages(f"{self._path}/{name}", filters)
        return pd.DataFrame([row for page in pages for row in page])
