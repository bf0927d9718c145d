"""The inbox: each drop of files becomes one session and one run, whatever is killed when."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import dagster as dg

from discovery_dagster.defs.partitions import add_partition, session_tags
from discovery_dagster.defs.tick_database import tick_database
from discovery_dagster.domain import drops as landing
from discovery_dagster.domain.contents import sha256_of
from discovery_dagster.domain.drops import Cursor, Look, Watch
from discovery_dagster.domain.errors import DiscoveryError, UnreadableFileError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import drops, run_requests, sessions, uploads
from discovery_dagster.store.database import Database
from discovery_dagster.store.drops import Drop
from discovery_dagster.store.inboxes import Inbox, inbox
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.run_requests import AlreadyRequestedError
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster.store.tombstones import EngagementErasedError
from discovery_dagster.store.uploads import Destination

#: Bounds of one tick: drops taken in, new ones looked at, and known ones looked at again.
_MOST_TAKEN, _MOST_NEW, _MOST_KNOWN = 20, 200, 100

#: What keeps a drop waiting; UnicodeError: a file's name is no text.
_REFUSALS = (
    OSError,
    UnreadableFileError,
    UnicodeError,
    sessions.EngagementFullError,
    sessions.EngagementArchivedError,
    EngagementErasedError,
)


@dg.sensor(
    name="inbox",
    job_name="session_job",
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Makes a session of each drop that has landed in the inbox, and runs it.",
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Take in what has landed, and request a run for each session of a drop that has none.

    Session and drop are one transaction. A run is requested until Dagster has one, each time
    under the same run key, so a kill between the two neither loses nor doubles it.
    """
    settings = Settings()
    here = inbox(settings)
    try:
        landed, strays = here.places()
    except OSError as error:
        return dg.SkipReason(
            f"The inbox cannot be read ({error.strerror}): it is the folder `inbox` of"
            " DISCOVERY_HOME, or the bucket at DISCOVERY_INBOX_URL, with client/engagement/drop"
            " below it."
        )
    places, reasons = landing.well_formed(landed)
    reasons += [f"{stray!a}: files belong in client/engagement/drop." for stray in strays]
    cursor = Cursor.read(context.cursor)
    with tick_database() as database:
        tick = _Tick(context, settings, here, database)
        cursor, failures = tick.take_in(places, cursor)
        requests = list(tick.requests())
    cursor.reported, news = landing.news(reasons, cursor)
    sentences = [*failures, *([news] if news else [])]
    if requests and sentences:
        context.log.warning(" ".join(sentences))
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else " ".join(sentences) or "Nothing new has landed.",
        cursor=cursor.model_dump_json(),
    )


@dataclass(frozen=True)
class _Tick:
    context: dg.SensorEvaluationContext
    settings: Settings
    inbox: Inbox
    database: Database

    def take_in(self, places: list[str], cursor: Cursor) -> tuple[Cursor, list[str]]:
        """Register the drops that have landed; return the next cursor and what failed."""
        known = drops.known(self.database, {landing.engagement_of(place) for place in places})
        new = [place for place in places if place not in known and place not in cursor.watched]
        new = landing.take_turns(new, cursor.after_new, _MOST_NEW)
        again = landing.take_turns(
            [place for place in places if place in known], cursor.after_known, _MOST_KNOWN
        )
        watched = cursor.watched.keys() & set(places)
        looks = [self.inbox.look_at(place) for place in sorted({*watched, *new, *again})]
        now = time.time()
        landed, waiting = landing.find_landed(
            landing.unread(looks, known),
            cursor,
            now,
            self.settings.inbox_settle_seconds,
            _MOST_TAKEN,
        )
        failures = [
            f"{look.place} is marked as ready and holds no file." for look in looks if look.is_empty
        ]
        for look in landed:
            try:
                self._register(look)
            except _REFUSALS as error:
                waiting[look.place] = Watch(look=look.signature, failed=True)
                failures.append(
                    f"{look.place} could not be taken in and is tried again: {_why(error)}."
                )
        return Cursor(
            at=now,
            after_new=new[-1] if new else cursor.after_new,
            after_known=again[-1] if again else cursor.after_known,
            watched=waiting,
            reported=cursor.reported,
        ), failures

    def requests(self) -> Iterator[dg.RunRequest]:
        """Request the runs that sessions of drops still lack."""
        everyone = sessions.engagements(self.database)
        for session, digest in drops.without_run(self.database, everyone, _MOST_TAKEN):
            add_partition(self.context.instance, session)
            yield dg.RunRequest(
                run_key=_run_key(session, digest),
                partition_key=session.partition_key,
                tags=session_tags(session),
            )

    def _register(self, look: Look) -> SessionKey:
        with self.inbox.files(look) as paths:
            digest = landing.content_digest(map(sha256_of, paths))
            drop = Drop(self.inbox, look, digest)
            engagement = landing.engagement_of(look.place)
            files = [IncomingFile(*each) for each in zip(look.files, paths, strict=True)]
            if into := uploads.destination(self.database, engagement, drop.name):
                return self._add(into, drop, files)
            return sessions.register(
                self.database,
                object_store(self.settings),
                engagement,
                files,
                title=drop.name,
                drop=drop,
                limit=self.settings.max_sessions,
            )

    def _add(self, into: Destination, drop: Drop, files: list[IncomingFile]) -> SessionKey:
        """Add files to a session, and ask for its run as who sent them.

        Killed in between, it is done again: known content is not added twice.
        """
        objects, session = object_store(self.settings), into.session
        sessions.register(self.database, objects, session.engagement, files, session=session)
        with suppress(AlreadyRequestedError):
            run_requests.add(self.database, session, into.author, into.origin)
        drops.remember_added(self.database, session, drop)
        return session


def _run_key(session: SessionKey, digest: str) -> str:
    """The drop's content, in its engagement: two clients may be sent the same files."""
    return f"{session.engagement}:{digest}"


def _why(error: Exception) -> str:
    if isinstance(error, (RuntimeError, DiscoveryError)):
        return str(error).rstrip(".")
    return getattr(error, "strerror", None) or type(error).__name__
