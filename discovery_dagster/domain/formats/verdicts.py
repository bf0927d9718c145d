"""Which records tell of a connection that was not made: refused, never answered, no connection.

A refused connection is no need, whatever table says so, so that `refusals` hold in all tables of
connections and of relations. What a state says hangs on the kind of table. Words, headers and
languages are data (`reference/ends.yaml`).
"""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Held
from discovery_dagster.domain.words import fold

REFUSED: Final = "The connection was refused: nothing was used."
UNANSWERED: Final = "The connection was never answered: nothing was used."
UNCONNECTED: Final = "The socket is not connected to anything."


@cache
def refusals() -> tuple[Exclusion, ...]:
    """Return what leaves out refused connections, by the headers under which devices say so."""
    questions = {
        **{name: _answers("false") for name in _folded(_verdicts()["asking_acceptance"])},
        **{name: _answers("true") for name in _folded(_verdicts()["asking_refusal"])},
    }
    return (
        *(Exclusion(name, is_refusal, REFUSED, of_flow=True) for name in verdict_columns()),
        *(Exclusion(name, words, REFUSED, of_flow=True) for name, words in questions.items()),
    )


@cache
def verdict_columns() -> tuple[str, ...]:
    """Return the folded headers under which a device says what it did with a connection."""
    both = (
        f"{words[0]} {joining}{words[1]}"
        for accepting, refusing in _verdicts()["either"]
        for pair in product(accepting, refusing)
        for words in (pair, pair[::-1])
        for joining in ("", "or ")
    )
    asking = (*_verdicts()["asking_acceptance"], *_verdicts()["asking_refusal"])
    return _folded((*_verdicts()["columns"], *both, *asking))


def state_columns() -> tuple[str, ...]:
    """Return the folded headers under which a table says what became of a connection."""
    return _folded(_states()["columns"])


def of_flows(
    ports: Iterable[str], protocols: Iterable[str], states: Iterable[str] = ()
) -> tuple[Exclusion, ...]:
    """Return what leaves out flows that came to nothing, by their states and by what came back.

    A flow that was answered counts, whatever it carried: a handshake alone shows a need, too. What
    services do that answer nobody counts, such as system logs and traps.

    Args:
        ports: folded headers of ports of targets; without any, every service counts.
        protocols: folded headers of protocols.
        states: folded headers of states, where they are not the usual ones.
    """
    words, columns = _words()["unanswering_services"], tuple(states) or state_columns()
    silent: dict[str, Held] = dict.fromkeys(ports, frozenset(words["ports"]))
    silent |= dict.fromkeys(protocols, frozenset(words["protocols"]))
    stated: dict[str, Held] = dict.fromkeys(columns, _is_filled)
    nothing = frozenset({"0", "0.0"})
    return (
        *(Exclusion(name, _is_refused_state, REFUSED, of_flow=True) for name in columns),
        *(Exclusion(name, _is_unanswered, UNANSWERED, unless=(silent,)) for name in columns),
        *(
            Exclusion(name, nothing, UNANSWERED, unless=(stated, silent), some=True)
            for name in _folded(_words()["answers"])
        ),
    )


def of_sockets(remote: Iterable[str]) -> tuple[Exclusion, ...]:
    """Return what leaves out sockets that are connected to nothing.

    Args:
        remote: folded headers of their remote ends.
    """
    nobody = frozenset(_words()["unconnected_ends"])
    return (
        *(Exclusion(name, _is_unconnected, UNCONNECTED) for name in state_columns()),
        *(Exclusion(name, nobody, UNCONNECTED) for name in remote),
    )


@cache
def is_refusal(cell: str) -> bool:
    """Whether what a device says that it did with a connection is that it refused it."""
    text = fold(cell)
    words = frozenset(text.split())
    return text in _set("verdicts", "refused") or (
        bool(words & _set("verdicts", "refusing")) and not words & _set("verdicts", "accepting")
    )


def is_verdict(cell: str) -> bool:
    """Whether a cell says that a connection was refused, or that it was not."""
    return is_refusal(cell) or bool({*fold(cell).split()} & _set("verdicts", "accepting"))


def _is_refused_state(cell: str) -> bool:
    return is_refusal(cell) and not _is_unanswered(cell) and fold(cell) not in _finished()


def _is_unanswered(cell: str) -> bool:
    return fold(cell) in _set("states", "unanswered")


def _is_unconnected(cell: str) -> bool:
    return fold(cell) in _set("states", "unconnected")


def _is_filled(cell: str) -> bool:
    return bool(cell.strip())


def _finished() -> frozenset[str]:
    return _set("states", "finished")


@cache
def _set(section: str, name: str) -> frozenset[str]:
    return frozenset(_folded(_words()[section][name]))


@cache
def _answers(truth: str) -> frozenset[str]:
    return frozenset(str(word).lower() for word in reference.load("booleans")[truth])


def _folded(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(name) for name in names))


def _words() -> Any:
    return reference.load("ends")


def _verdicts() -> Any:
    return _words()["verdicts"]


def _states() -> Mapping[str, list[str]]:
    states: Mapping[str, list[str]] = _words()["states"]
    return states
