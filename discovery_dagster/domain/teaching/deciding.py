"""What decisions about taught formats say of tables."""

from collections.abc import Collection, Iterable, Sequence

from discovery_dagster.domain.decisions.taught_formats import FormatDecision
from discovery_dagster.domain.teaching import TaughtFormat
from discovery_dagster.domain.teaching.reading import read_format
from discovery_dagster.domain.teaching.recognising import told_by


def taught_by(decision: FormatDecision) -> TaughtFormat:
    """Return what was taught.

    Raises:
        FormatError: when the text is no format for this version of Discovery.
        ValueError: when nothing was taught.
    """
    if decision.text is None:
        raise ValueError(f"{decision.format} was taken back.")
    return TaughtFormat(
        decision.decision,
        read_format(decision.text),
        decision.author,
        decision.reason,
        decision.at,
    )


def concerning(
    taught: Iterable[TaughtFormat], headers: Collection[Sequence[str]]
) -> list[TaughtFormat]:
    """Return the formats that tables with one of `headers` may be of."""
    return [each for each in taught if any(told_by(each.declared, header) for header in headers)]
