"""Importing: files that a form sends become a drop in the inbox, and the daemon does the rest.

The body is read as it comes and written as it is read: nothing of it is kept in memory, and nothing
is written before the form token, which stands before the files, has been found good.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import EngagementOf, StateOf, existing_session
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.pages import links
from discovery_dagster.pages.answers import MOST_BYTES
from discovery_dagster.pages.editing import Editor, require_editor, sender_of
from discovery_dagster.store import uploads
from discovery_dagster.store.reading import engagements

router = APIRouter()

#: Files of one form, and its other fields: the form token, a title, and some that nobody needs.
MOST_FILES = 200
_MOST_FIELDS = 10


class UnreadableFormError(InvalidRequestError):
    """A form that is not as a browser sends it; the message is one sentence."""

    code = "unreadable_form"


class _Receiver:
    """Takes the form apart as it comes; `sender` is who the form token says."""

    def __init__(self, boundary: bytes, folder: Path, sender: Callable[[str], Editor]) -> None:
        self.folder, self.sender = folder, sender
        self.fields: dict[str, str] = {}
        self.files = 0
        self.editor: Editor | None = None
        self.whole = False
        self._header, self._value = b"", b""
        self._disposition = b""
        self._field: str | None = None
        self._text = b""
        self._file: BinaryIO | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def take(self, chunk: bytes) -> None:
        """Take the next bytes of the form in."""
        self._parser.write(chunk)

    def close(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        options = parse_options_header(self._disposition)[1]
        self._disposition = b""
        try:
            field = options[b"name"].decode()
            name = options[b"filename"].decode() if b"filename" in options else None
        except (KeyError, UnicodeDecodeError):
            raise UnreadableFormError("A file or a field has a name that is no text.") from None
        if name is None:
            if len(self.fields) >= _MOST_FIELDS:
                raise UnreadableFormError("The form has more fields than any of ours.")
            self._field, self._text = field, b""
            return
        if self.editor is None:
            self.editor = self.sender(self.fields.get("form", ""))
        if not name:
            return  # a field for files that nobody filled in
        self.files += 1
        if self.files > MOST_FILES:
            raise UnreadableFormError(f"A form has at most {MOST_FILES} files: send an archive.")
        self._file = uploads.new_file(self.folder, name)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif self._field is not None:
            self._text += data[start:end]
            if len(self._text) + sum(map(len, self.fields.values())) > MOST_BYTES:
                raise UnreadableFormError("A field of the form is too long.")

    def _on_part_end(self) -> None:
        if self._field is not None:
            self.fields[self._field] = self._text.decode(errors="replace")
            self._field = None
        self.close()

    def _on_end(self) -> None:
        self.whole = True


@router.post("/engagements/{engagement}/import")
async def receive(request: Request, engagement: EngagementOf, shared: StateOf) -> RedirectResponse:
    """Take files in as a drop, and show the engagement, or the session that they are added to.

    Raises:
        NotFound: when there is no such engagement, or no such session in it.
        HTTPException: 403 for who may not, 429 for too many at a time, 507 without room.
        InvalidRequestError: when the form or a file in it cannot be taken; nothing is kept then.
    """
    if await run_in_threadpool(engagements.one, shared.database, engagement) is None:
        raise NotFound
    viewer = request.state.viewer
    require_editor(viewer)
    size = int(request.headers["content-length"])
    with shared.uploads.one_more(viewer.token):
        if await run_in_threadpool(shared.inbox.free_bytes) < 2 * size:
            raise HTTPException(HTTPStatus.INSUFFICIENT_STORAGE, "The disk has no room for this.")
        folder = await run_in_threadpool(shared.inbox.begin, engagement)
        is_held = False
        try:
            fields, editor = await take(request, shared, engagement, folder)
            into = fields.get("session", "")
            session = (
                await run_in_threadpool(existing_session, request, engagement, into)
                if into
                else None
            )
            if "look" in fields and session is None:
                kept = await run_in_threadpool(
                    uploads.hold, engagement, folder, fields.get("title", "")
                )
                is_held = True
                return RedirectResponse(
                    f"{links.engagement(engagement)}/import/{kept}", HTTPStatus.SEE_OTHER
                )
            number = await run_in_threadpool(
                uploads.add, shared.database, shared.inbox, engagement, folder,
                fields.get("title", ""), editor.name, editor.origin, session,
            )  # fmt: skip
        finally:
            if not is_held:
                await run_in_threadpool(uploads.discard, folder)
    place = links.session(session) if session else links.engagement(engagement)
    url = links.with_query(place, {"received": number})
    return RedirectResponse(f"{url}#import", HTTPStatus.SEE_OTHER)


async def take(
    request: Request, shared: AppState, engagement: EngagementKey, folder: Path
) -> tuple[Mapping[str, str], Editor]:
    """Take a form with files in, and write them into a folder.

    Returns:
        Its other fields, and who sends it.

    Raises:
        HTTPException: 403 when the form token is not the viewer's.
        SentBeforeError: when the form was sent before.
        UnreadableFormError: when it or a file has not arrived whole.
        UnusableFileError: when a file has a name that the inbox would not take in.
    """
    viewer = request.state.viewer
    boundary = parse_options_header(request.headers.get("content-type"))[1].get(b"boundary", b"")
    if not boundary:
        raise UnreadableFormError("This is no form with files.")
    receiver = _Receiver(boundary, folder, lambda form: sender_of(shared, viewer, engagement, form))
    try:
        async for chunk in request.stream():
            await run_in_threadpool(receiver.take, chunk)
    except (FormParserError, ClientDisconnect) as error:
        raise UnreadableFormError("The form did not arrive whole: send it again.") from error
    finally:
        receiver.close()
    if receiver.editor is None:  # without files, too, a form needs its token
        await run_in_threadpool(
            sender_of, shared, viewer, engagement, receiver.fields.get("form", "")
        )
    if not receiver.whole or receiver.editor is None or not receiver.files:
        raise UnreadableFormError("No file has arrived whole: choose files and send again.")
    return receiver.fields, receiver.editor
