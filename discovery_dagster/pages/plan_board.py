"""The board of a plan: some of its waves as columns, their groups as cards.

A plan of 50,000 assets has hundreds of waves: a page has `WAVES` of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.pages import links, words
from discovery_dagster.store.decisions.comments import About

Row = Mapping[str, Any]
#: What an asset is called, its page, and its id.
Named = tuple[str, str, str]

#: Waves of a page.
WAVES = 16
#: Groups of a wave that are shown as cards; the others are a line each, up to `LINES`.
CARDS = 5
LINES = 60
ALONE = 200


@dataclass(frozen=True)
class GroupCard:
    """A move group of several assets."""

    group: str
    name: str
    applications: str
    reason: str
    cycle: bool
    assets: Sequence[str]
    named: Sequence[Named]
    strategies: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class WaveColumn:
    """A wave: its groups of several assets, and the assets that move alone."""

    wave: int
    reason: str
    assets: int
    groups: int
    when: str  # days of its window, and the work that it takes
    cards: Sequence[GroupCard]
    lines: Sequence[GroupCard]
    lines_more: int
    alone: Sequence[Named]
    alone_more: int


@dataclass(frozen=True)
class Board:
    """The columns of a page, and where the others are: `last` is the last wave of the plan."""

    columns: Sequence[WaveColumn]
    last: int
    previous_url: str | None
    next_url: str | None


@dataclass(frozen=True)
class Window:
    """The waves of one page with their groups: of several assets, largest first, and of one."""

    waves: Sequence[Row]
    several: Mapping[int, Sequence[Row]]
    alone: Mapping[int, Sequence[Row]]
    last: int
    before: int | None  # the first wave of the page before
    after: int | None  # likewise of the next one

    @property
    def listed(self) -> list[str]:
        """Groups whose assets the page lists."""
        shown_groups = [
            group
            for wave in self.waves
            for group in (
                *self.several[wave["wave"]][: CARDS + LINES],
                *self.alone[wave["wave"]][:ALONE],
            )
        ]
        return [group["group"] for group in shown_groups]

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """What a comment can be on: waves, and groups of several assets that the page shows."""
        groups = [
            group for wave in self.waves for group in self.several[wave["wave"]][: CARDS + LINES]
        ]
        return [
            *((f"{About.WAVE} {wave['wave']}", f"Wave {wave['wave']}") for wave in self.waves),
            *((f"{About.GROUP} {each['group']}", each["name"] or each["group"]) for each in groups),
        ]


def window(waves: Sequence[Row], groups: Iterable[Row], first: int) -> Window:
    """Return the waves from number `first` on that a page has.

    Args:
        waves: as `exports` gives them, in their order.
        groups: likewise.
        first: number of a wave; of one that the plan has not, the nearest page is meant.
    """
    numbers = [wave["wave"] for wave in waves]
    at = next((at for at, number in enumerate(numbers) if number >= first), len(numbers) - 1)
    chosen = waves[max(at, 0) : at + WAVES]
    shown = {wave["wave"] for wave in chosen}
    several, alone = defaultdict[int, list[Row]](list), defaultdict[int, list[Row]](list)
    for group in groups:
        if group["wave"] in shown:
            (several if len(group["assets"]) > 1 else alone)[group["wave"]].append(group)
    for own in several.values():
        own.sort(key=lambda group: (-len(group["assets"]), group["group"]))
    return Window(
        chosen,
        several,
        alone,
        numbers[-1] if numbers else 0,
        numbers[max(at - WAVES, 0)] if at > 0 else None,
        numbers[at + WAVES] if at + WAVES < len(numbers) else None,
    )


def board(key: SessionKey, shown: Window, placed: Iterable[Row]) -> Board:
    """Make the columns of a page.

    Args:
        key: the session.
        shown: its waves and groups.
        placed: `id, name, type, group, strategy` of the assets of its `listed` groups.
    """
    members: defaultdict[str, list[Row]] = defaultdict(list)
    for asset in placed:
        members[asset["group"]].append(asset)
    return Board(
        [_column(key, wave, shown, members) for wave in shown.waves],
        shown.last,
        url_of(key, shown.before) if shown.before else None,
        url_of(key, shown.after) if shown.after else None,
    )


def url_of(key: SessionKey, wave: int, group: str | None = None) -> str:
    """The page on which a wave stands, at the wave or at one of its groups."""
    return f"{links.session(key, 'plan', wave=wave)}#{group or f'wave-{wave}'}"


def _column(
    key: SessionKey, wave: Row, shown: Window, members: Mapping[str, Sequence[Row]]
) -> WaveColumn:
    several, alone = shown.several[wave["wave"]], shown.alone[wave["wave"]]
    return WaveColumn(
        wave["wave"],
        wave["reason"],
        wave["assets"],
        len(several) + len(alone),
        _when(wave),
        [_card(key, group, members.get(group["group"], ())) for group in several[:CARDS]],
        [
            _card(key, group, members.get(group["group"], ()))
            for group in several[CARDS : CARDS + LINES]
        ],
        max(len(several) - CARDS - LINES, 0),
        [_named(key, one) for group in alone[:ALONE] for one in members.get(group["group"], ())],
        max(len(alone) - ALONE, 0),
    )


def _when(wave: Row) -> str:
    days = f"{wave['starts']} to {wave['ends']}" if wave["starts"] else ""
    hours = round(wave["effort_hours"] or 0)
    work = f"about {words.number(hours)} hours of work" if hours else ""
    return ", ".join(filter(None, (days, work)))


def _card(key: SessionKey, group: Row, members: Sequence[Row]) -> GroupCard:
    strategies = Counter(one["strategy"] for one in members if one["strategy"] != "unknown")
    applications = [str(one["name"]) for one in members if one["type"] == AssetType.APPLICATION]
    more = f" and {len(applications) - 3} more" if len(applications) > 3 else ""
    return GroupCard(
        group["group"],
        group["name"] or group["group"],
        ", ".join(applications[:3]) + more,
        group["reason"],
        bool(group["cycle"]),
        group["assets"],
        [_named(key, one) for one in members],
        strategies.most_common(),
    )


def _named(key: SessionKey, asset: Row) -> Named:
    return asset["name"] or "without a name", links.asset(key, asset["id"]), asset["id"]
