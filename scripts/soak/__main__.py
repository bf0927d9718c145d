"""Drives the services of a home through a week in minutes: `make soak`.

Drops land in the inbox, some of them unreadable; people decide, which makes sessions stale, and the
sensor `stale_sessions` runs them again; sessions are backfilled from the UI; workers are killed,
and Dagster retries their runs; a webhook is told of failures; and retention runs after each of
seven days, for which everything grows a day older. Each half of the week ends when every session
has ended. What a drop adds in the second half may not exceed what it added in the first.
"""

import argparse
import os
import random
import sys
import time

from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.services import running
from scripts.soak.figures import Holdings, Rest, at_rest, disk_mib, grown, holdings
from scripts.soak.week import Week, webhook

IDLE_GB, IDLE_SHARE = 0.9, 0.08

#: Seconds until the processes have come to rest, and for which they are then measured.
_SETTLING, _MEASURED = 45.0, 60.0

_NIGHTS = ((3, "first half"), (4, "second half"))

_HOURS = 168


def main() -> int:
    """Live through the week, print what came of it, and return 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES", 10)))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    seconds = 60 * arguments.minutes
    with (
        open_folder() as folder,
        Installation(folder / "home") as home,
        webhook() as (url, alerts),
        running(home, DISCOVERY_WEBHOOK_URL=url, DISCOVERY_KEEP_EVENTS_DAYS="1") as services,
        home.database() as database,
    ):
        draw = random.Random(arguments.seed)  # noqa: S311 - a seeded draw
        week = Week(services, database, draw)
        services.switch_on("stale_sessions")
        moments = [holdings(home.home, database)]
        print("| day | drops | events | store rows | MiB |\n|---|---|---|---|---|", flush=True)
        for nights, _ in _NIGHTS:
            for night in range(nights):
                week.live(seconds / 7)
                if night == nights - 1:
                    week.settle(600)
                week.night()
                _print_day(week, holdings(home.home, database))
            moments.append(holdings(home.home, database))
        time.sleep(_SETTLING)
        rest = at_rest(home.home, _MEASURED)
        states = week.states()
        print(f"\nOn disk: {disk_mib(home.home):.0f} MiB.")
    problems = [*_growth(*moments), *_idle(rest), *_outcome(week, states, alerts)]
    for problem in problems:
        print(f"WRONG: {problem}")
    print("Nothing grew without bound." if not problems else f"{len(problems)} problems.")
    return 1 if problems else 0


def _print_day(week: Week, now: Holdings) -> None:
    day = week.counts["night"]
    mib = now.database_mib + now.files_mib
    print(f"| {day} | {week.drops} | {now.events} | {now.store_rows} | {mib:.0f} |", flush=True)


def _growth(start: Holdings, half: Holdings, end: Holdings) -> list[str]:
    first, second = half.since(start), end.since(half)
    hours = _HOURS / 2
    print("\n| for each drop | first half | second half |\n|---|---|---|")
    for name in first:
        print(f"| {name} | {first[name]:.2f} | {second[name]:.2f} |")
    for name in ("events", "store_rows"):
        rates = [
            (getattr(after, name) - getattr(before, name)) / hours
            for before, after in ((start, half), (half, end))
        ]
        print(f"{name} for each hour of the week: {rates[0]:.1f}, then {rates[1]:.1f}.")
    return [
        f"{name}: {second[name]:.2f} for each drop of the second half, {first[name]:.2f} of the"
        " first."
        for name in grown(first, second)
    ]


def _idle(rest: Rest) -> list[str]:
    print("\n| at rest | MB of memory, what is shared once | of a core |\n|---|---|---|")
    for kind, memory in sorted(rest.memory.items()):
        print(f"| {kind} | {memory:.0f} | {rest.processor[kind]:.1%} |")
    print(f"| all | {1000 * rest.gigabytes:.0f} | {rest.core_share:.1%} |\n")
    problems = []
    if rest.gigabytes > IDLE_GB:
        problems.append(f"{rest.gigabytes:.2f} GB at rest, and {IDLE_GB} GB are the limit.")
    if rest.core_share > IDLE_SHARE:
        problems.append(f"{rest.core_share:.1%} of a core at rest, and {IDLE_SHARE:.0%} the limit.")
    return problems


def _outcome(week: Week, states: list[dict[str, str]], alerts: list[dict[str, str]]) -> list[str]:
    done = sum(state["status"] == "done" for state in states)
    failed = sum(state["status"] == "failed" for state in states)
    happened = ", ".join(f"{number} x {name}" for name, number in sorted(week.counts.items()))
    print(
        f"{len(states)} sessions made of {week.drops} drops: {done} done, {failed} failed, of"
        f" which {week.unreadable} hold nothing that can be read. {len(alerts)} alerts. {happened}."
    )
    problems = []
    if (done, failed) != (week.readable, week.unreadable):
        problems.append(f"{week.readable} sessions were to be done and {week.unreadable} to fail.")
    of_failures = sum(alert["event"] == "run_failed" for alert in alerts)
    if of_failures < week.unreadable:
        problems.append(f"{of_failures} alerts of {week.unreadable} runs or more that failed.")
    return problems


if __name__ == "__main__":
    sys.exit(main())
