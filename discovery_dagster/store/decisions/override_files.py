"""Tables of decisions that a drop holds, put into the log once their assets are known."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import polars as pl

from discovery_dagster.domain.decisions.override_lines import Line, Refusal, select_lines
from discovery_dagster.domain.decisions.overrides import Override
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.names.directory import Directory, NoSuchAssetError, candidates
from discovery_dagster.domain.tables import (
    OVERRIDE_REFUSALS,
    InventoryAssets,
    OverrideLines,
    OverrideRefusals,
    empty,
)
from discovery_dagster.store import assets as stored
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log, overrides
from discovery_dagster.store.decisions.log import ASSET
from discovery_dagster.store.decisions.overrides import OverrideRequest

Classifier = Callable[[pl.DataFrame, Sequence[Override]], pl.DataFrame]


def apply(
    database: Database,
    session: SessionKey,
    lines: OverrideLines,
    assets: InventoryAssets,
    classified: Classifier,
) -> OverrideRefusals:
    """Decide what the lines of a session's files say, each once.

    A line names an asset of this session, or else of the last one before it that has one of that
    name. All are added to the log in one transaction; a run that was killed after it finds them
    there.

    Args:
        database: the project's.
        session: that the files are of.
        lines: as `tables.OVERRIDE_LINES`.
        assets: of the session, in `INVENTORY_ASSETS`.
        classified: gives assets as they are without these lines, for the values before.

    Returns:
        What could not be applied, as `tables.OVERRIDE_REFUSALS`.
    """
    if lines.is_empty():
        return empty(OVERRIDE_REFUSALS)
    read = [Line(**row) for row in lines.iter_rows(named=True)]
    here = candidates(assets, {line.asset for line in read})
    decided = overrides.in_force(database, session.engagement)
    rows = {row["asset_id"]: row for row in classified(here, decided).iter_rows(named=True)}
    search = _Search(database, session, Directory(rows.values()), {line.asset for line in read})
    logged = [each for each in log.history(database, session.engagement)
           if each.kind == ASSET]  # fmt: skip
    wanted, refused = select_lines(read, search.id_of, logged, session.session)
    names = {asset: search.rows[asset]["name"] or asset for _, asset in wanted}
    requests = [
        OverrideRequest(
            asset, names[asset], line.field, line.value, line.reason, line.author, line.origin
        )
        for line, asset in wanted
    ]
    overrides.decide(database, session, requests, search.rows)
    described = [_refusal(each) for each in refused]
    return OverrideRefusals(pl.DataFrame(described, schema=dict(OVERRIDE_REFUSALS), orient="row"))


class _Search:
    """Finds assets in the session, then in those before it; `rows` are those that were found."""

    def __init__(
        self, database: Database, session: SessionKey, here: Directory, texts: Collection[str]
    ) -> None:
        self._database = database
        self._session = session
        self._here = here
        self._texts = texts
        self._before: list[tuple[SessionKey, Directory]] | None = None
        self.rows: dict[str, Any] = {}

    def id_of(self, line: Line) -> str:
        """Return the id of the asset that `line` names.

        Raises:
            NoSuchAssetError: when none has that id or name.
            AmbiguousAssetError: when several have.
        """
        try:
            asset = self._here.find(line.asset, self._session)
        except NoSuchAssetError:
            asset = self._earlier(line.asset)
        self.rows[asset["asset_id"]] = asset
        return str(asset["asset_id"])

    def _earlier(self, named: str) -> Any:
        if self._before is None:
            self._before = stored.before(self._database, self._session, self._texts)
        for key, directory in self._before:
            try:
                return directory.find(named, key)
            except NoSuchAssetError:
                continue
        raise NoSuchAssetError(
            f"Neither {self._session} nor a session before it has an asset {named!r}."
        )


def _refusal(each: Refusal) -> tuple[object, ...]:
    line = each.line
    return (
        line.table,
        line.row,
        line.file,
        line.sheet,
        line.line,
        each.column,
        each.column,
        each.code,
        each.message,
        getattr(line, each.column),
    )
