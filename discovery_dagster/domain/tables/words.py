"""The vocabularies that columns keep to.

Those that people may extend are data, under `reference/`; the others are members here, and so are
those words of the data that the code itself knows.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final


class ReferenceWords(StrEnum):
    """Vocabularies of `reference/vocabulary.yaml`, by their names there."""

    ASSET_TYPES = "asset_types"
    RELATIONS = "relations"
    EVIDENCE_KINDS = "evidence_kinds"
    ENVIRONMENTS = "environments"
    CRITICALITIES = "criticalities"
    TIERS = "tiers"
    STRATEGIES = "strategies"


class AssetType(StrEnum):
    """What a thing may be."""

    SERVER = "server"
    VIRTUAL_MACHINE = "virtual_machine"
    CONTAINER = "container"
    CLUSTER = "cluster"
    APPLICATION = "application"
    SERVICE = "service"
    DATABASE = "database"
    MIDDLEWARE = "middleware"
    LOAD_BALANCER = "load_balancer"
    NETWORK_DEVICE = "network_device"
    SECURITY_DEVICE = "security_device"
    STORAGE = "storage"
    OTHER = "other"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


class Relation(StrEnum):
    """The relations: the source needs the target."""

    RUNS_ON = "runs_on"
    DEPENDS_ON = "depends_on"
    CONNECTS_TO = "connects_to"
    MEMBER_OF = "member_of"
    USES_STORAGE = "uses_storage"
    REPLICATES_TO = "replicates_to"


class EvidenceKind(StrEnum):
    """How a relation is known."""

    DECLARED = "declared"
    OBSERVED = "observed"
    INFERRED = "inferred"


class MappingStatus(StrEnum):
    """Whether what a column means is settled."""

    ACCEPTED = "accepted"
    PROPOSED = "proposed"
    REJECTED = "rejected"


class MappingMethod(StrEnum):
    """What tells what a column means."""

    FORMAT = "format"
    SYNONYM = "synonym"
    WORDS = "words"
    VALUES = "values"
    PERSON = "person"
    MODEL = "model"


class Grain(StrEnum):
    """What a record of a table is."""

    THING = "thing"  # each declares one
    DETAIL = "detail"  # each adds to a thing that another record declares
    OBSERVATION = "observation"  # each was observed about a thing: a finding, a patch, a sample
    RELATION = "relation"
    FLOW = "flow"
    SPAN = "span"
    DECISION = "decision"
    CORRECTION = "correction"
    NOTHING = "nothing"


class GrainStatus(StrEnum):
    """Whether a grain holds, or the table waits for a person who says so."""

    DECIDED = "decided"
    WAITING = "waiting"


class GrainMethod(StrEnum):
    """What tells what the records of a table are."""

    FORMAT = "format"
    VALUES = "values"
    PERSON = "person"


class ProposalStatus(StrEnum):
    """What became of a question to a language model."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    UNDECIDED = "undecided"
    UNANSWERED = "unanswered"
    WITHHELD = "withheld"


class Outcome(StrEnum):
    """What became of a physical record."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IGNORED = "ignored"


class Severity(StrEnum):
    """Whether an issue rejected its record."""

    ERROR = "error"
    WARNING = "warning"


class EndOfLife(StrEnum):
    """Whether a product is supported on the day of the import."""

    SUPPORTED = "supported"
    EXTENDED = "extended"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Readiness(StrEnum):
    """Whether something can be moved as it is."""

    READY = "ready"
    READY_WITH_CONDITIONS = "ready_with_conditions"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


class EdgeStatus(StrEnum):
    """Which kinds of evidence speak for an edge."""

    CONFIRMED = "confirmed"
    DECLARED_ONLY = "declared_only"
    OBSERVED_ONLY = "observed_only"
    INFERRED_ONLY = "inferred_only"


class Unresolved(StrEnum):
    """Why an end of an edge is no asset; see `dependencies.unresolved`."""

    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"
    EXTERNAL = "external"
    BROADCAST = "broadcast"
    LOCAL = "local"


class Side(StrEnum):
    """On which side of its edges an endpoint is."""

    SOURCE = "source"
    TARGET = "target"


class Changed(StrEnum):
    """What a change between two sessions is about."""

    ASSET = "asset"
    EDGE = "edge"
    PLAN = "plan"


class Change(StrEnum):
    """How something differs from the session before."""

    APPEARED = "appeared"
    NOT_SEEN = "not_seen"
    SOURCE_ABSENT = "source_absent"
    CHANGED = "changed"


class Kind(Enum):
    """What the records of a table are."""

    ASSETS = "assets"  # each declares a thing
    DETAILS = "details"  # each adds to a thing that another record declares
    OBSERVATIONS = "observations"  # each was observed about a thing, of which it is one of many
    RELATIONS = "relations"  # each states a relation between two things
    FLOWS = "flows"  # each is one observation of a connection
    SPANS = "spans"  # each is the work of one service inside a trace
    CORRECTIONS = "corrections"  # each replaces a record of another table
    OVERRIDES = "overrides"  # each decides a field of an asset
    IGNORED = "ignored"  # nothing is taken from them
    WAITING = "waiting"  # nothing is taken from them until a person says what they are


#: What is not known: environments, criticalities, tiers and strategies have the same word for it.
UNKNOWN: Final = "unknown"

#: Vocabularies of the data that the code knows each word of.
KNOWN_WORDS: Mapping[ReferenceWords, type[StrEnum]] = {
    ReferenceWords.ASSET_TYPES: AssetType,
    ReferenceWords.RELATIONS: Relation,
    ReferenceWords.EVIDENCE_KINDS: EvidenceKind,
}

Words = ReferenceWords | type[StrEnum]
