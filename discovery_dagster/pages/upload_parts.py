"""Files that a browser sends in parts: announced by a form, sent, gone on with, and taken in.

Without scripts the form sends them whole, as `importing` takes them.
"""

import json
import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import EngagementOf, StateOf, existing_session
from discovery_dagster.api.state import AppState
from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.pages import links
from discovery_dagster.pages.editing import EditorOf, require_editor
from discovery_dagster.pages.importing import MOST_FILES, UnreadableFormError
from discovery_dagster.store import upload_parts, uploads
from discovery_dagster.store.decisions.log import PAGE
from discovery_dagster.store.reading import engagements
from discovery_dagster.store.upload_parts import Announced, PartialUpload

router = APIRouter()

_UPLOADS = "/engagements/{engagement}/uploads"
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")  # RFC 9530, one digest


@router.post(_UPLOADS)
def begin(
    request: Request,
    editor: EditorOf,
    engagement: EngagementOf,
    shared: StateOf,
    files: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    session: Annotated[str, Form()] = "",
    look: Annotated[str, Form()] = "",
) -> JSONResponse:
    """Announce files, a list of names and sizes in JSON; the answer says where their parts go.

    Raises:
        NotFound: when there is no such engagement or session.
        HTTPException: 413 when they are too large together, 507 without room.
        UnreadableFormError: when the list cannot be read, is empty or too long.
        UnusableFileError: when the inbox would not take in a file of that name.
    """
    if engagements.one(shared.database, engagement) is None:
        raise NotFound
    if session:
        existing_session(request, engagement, session)
    announced = _announced(files)
    size = sum(file.size for file in announced)
    if size > shared.upload_bytes:
        most = shared.upload_bytes // 1024 // 1024
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Files of one import have at most {most:,} MiB."
        )
    if shared.inbox.free_bytes() < 2 * size:
        raise HTTPException(HTTPStatus.INSUFFICIENT_STORAGE, "The disk has no room for this.")
    number = upload_parts.begin(
        shared.inbox, engagement, _owner(request.state.viewer), announced, title, session,
        look=bool(look) and not session,
    )  # fmt: skip
    return JSONResponse({"url": f"{links.engagement(engagement)}/uploads/{number}"})


@router.get(f"{_UPLOADS}/{{number}}")
def show(request: Request, engagement: EngagementOf, number: str, shared: StateOf) -> JSONResponse:
    """Say how far an upload has come, so that it goes on there.

    Raises:
        HTTPException: 403 for who may only look.
        NoSuchUploadError: when it has ended, or is somebody else's.
    """
    require_editor(request.state.viewer)
    owner = _owner(request.state.viewer)
    upload = upload_parts.find(shared.inbox, engagement, owner, number)
    return JSONResponse({"files": [vars(file) for file in upload.files]})


@router.put(f"{_UPLOADS}/{{number}}/{{file}}")
async def take_part(
    request: Request, engagement: EngagementOf, number: str, file: int, shared: StateOf, offset: int
) -> JSONResponse:
    """Take the next part of a file; `Content-Digest` has its SHA-256.

    Raises:
        HTTPException: 403 for who may only look, 429 for too many at a time.
        NoSuchUploadError: when the upload has ended, or is somebody else's.
        WrongPartError: when it is not what comes next, or not what its digest says.
    """
    viewer: Viewer = request.state.viewer
    require_editor(viewer)
    digest = _DIGEST.fullmatch(request.headers.get("content-digest", ""))
    if digest is None:
        raise UnreadableFormError("The part does not say what it is by a digest (SHA-256).")
    with shared.uploads.one_more(viewer.token):
        content = await request.body()
        following = await run_in_threadpool(
            upload_parts.append, shared.inbox, engagement, _owner(viewer), number, file, offset,
            digest[1], content,
        )  # fmt: skip
    return JSONResponse({"offset": following})


@router.post(f"{_UPLOADS}/{{number}}/end")
def end(request: Request, engagement: EngagementOf, number: str, shared: StateOf) -> JSONResponse:
    """Take in an upload that is whole, and say where the browser goes on.

    Raises:
        HTTPException: 403 for who may only look.
        NoSuchUploadError: when it has ended, or is somebody else's.
        WrongPartError: when something of it has not come.
    """
    viewer: Viewer = request.state.viewer
    require_editor(viewer)
    upload = upload_parts.end(shared.inbox, engagement, _owner(viewer), number)
    return JSONResponse({"url": _taken_in(request, shared, engagement, viewer, upload)})


def _taken_in(
    request: Request,
    shared: AppState,
    engagement: EngagementKey,
    viewer: Viewer,
    upload: PartialUpload,
) -> str:
    if upload.look:
        kept = uploads.hold(engagement, upload.folder, upload.title)
        return f"{links.engagement(engagement)}/import/{kept}"
    session = existing_session(request, engagement, upload.session) if upload.session else None
    received = uploads.add(
        shared.database,
        shared.inbox,
        engagement,
        upload.folder,
        upload.title,
        viewer.name or viewer.token,
        f"{PAGE}token {viewer.token}",
        session,
    )
    place = links.session(session) if session else links.engagement(engagement)
    return f"{links.with_query(place, {'received': received})}#import"


def _owner(viewer: Viewer) -> str:
    """Whose an upload is: nobody else's token goes on with it."""
    return viewer.token


def _announced(text: str) -> list[Announced]:
    try:
        listed: Any = json.loads(text)
        files = [Announced(str(name), int(size)) for name, size in listed]
    except (ValueError, TypeError):
        raise UnreadableFormError("The list of files cannot be read.") from None
    if not 0 < len(files) <= MOST_FILES or any(file.size < 0 for file in files):
        raise UnreadableFormError(f"A form has 1 to {MOST_FILES} files: send an archive.")
    return files
