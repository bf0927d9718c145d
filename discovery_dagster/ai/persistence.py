"""CrewAI's `FlowPersistence` on the project's Postgres: one flow of one claimed session.

Imported only by the flows, because it imports CrewAI.
"""

from typing import Any
from uuid import UUID

from crewai.flow.persistence.base import FlowPersistence
from pydantic import BaseModel, PrivateAttr

from discovery_dagster.ai.state import VERSION, FlowState
from discovery_dagster.store import flows
from discovery_dagster.store.claims import Claim


class PostgresFlowPersistence(FlowPersistence):
    """Saves and loads the flows of a claimed session.

    CrewAI may serialise it, so the claim is private. Without one, as the classes of flows are
    decorated with, it refuses everything: each flow is given its own.
    """

    persistence_type: str = "PostgresFlowPersistence"
    _claim: Claim | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, claim: Claim) -> "PostgresFlowPersistence":
        """Return the persistence of a claimed session's flows."""
        persistence = cls()
        persistence._claim = claim
        return persistence

    def init_db(self) -> None:
        """Do nothing: the tables are made by migrations."""

    def save_state(
        self, flow_uuid: str, method_name: str, state_data: dict[str, Any] | BaseModel
    ) -> None:
        """Make a state the current one of a flow.

        Raises:
            FencedError: when another run owns the session.
        """
        state = FlowState.model_validate(
            state_data.model_dump() if isinstance(state_data, BaseModel) else state_data
        )
        flows.save(
            self._held,
            UUID(flow_uuid),
            state.step,
            method_name,
            state.model_dump(mode="json"),
            batches_done=state.batches_done,
            calls=state.calls,
            tokens=state.tokens,
        )

    def load_state(self, flow_uuid: str) -> dict[str, Any] | None:
        """Return a flow's state, None when there is none of this version."""
        claim = self._held
        state = flows.load(claim.database, claim.session, UUID(flow_uuid))
        return state if state is not None and state.get("version") == VERSION else None

    @property
    def _held(self) -> Claim:
        if self._claim is None:
            raise RuntimeError("A flow was started without the persistence of its session.")
        return self._claim
