"""Errors as RFC 9457 problem documents, without a word of anybody's data."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from discovery_dagster.domain.errors import (
    AbsentError,
    DiscoveryError,
    InvalidRequestError,
    OperationError,
)
from discovery_dagster.domain.keys import InvalidKeyError

MEDIA_TYPE = "application/problem+json"

#: One answer for what is not there and for what the token may not see: nobody learns which.
NOT_FOUND = "There is no such thing here, or the token may not see it."


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["not_found"], description="What is wrong, for programs; stable.")
    detail: str = Field(examples=[NOT_FOUND])
    errors: list[dict[str, Any]] | None = Field(None, description="What is wrong with a request.")


class NotFound(HTTPException):
    """Nothing is there, or nothing that the viewer may see."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, NOT_FOUND)


class NotModified(Exception):  # noqa: N818 - an answer, not an error
    """The caller has what it asks for already."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of these statuses; those of errors have a problem document."""
    document = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {
        status: {"description": HTTPStatus(status).phrase}
        | ({"content": document} if status >= HTTPStatus.BAD_REQUEST else {})
        for status in statuses
    }


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    code: str | None = None,
    **more: Any,
) -> JSONResponse:
    """Return the answer for an error; its code is that of the status where none is given."""
    known = HTTPStatus(status)
    code = code or known.name.lower()
    document = Problem(title=known.phrase, status=status, code=code, detail=detail, **more)
    return JSONResponse(
        document.model_dump(exclude_none=True), status, headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Have the application answer every error as a problem document."""

    @app.exception_handler(StarletteHTTPException)
    def refused(request: Request, error: StarletteHTTPException) -> JSONResponse:
        unknown_path = error.status_code == HTTPStatus.NOT_FOUND and error.detail == "Not Found"
        detail = NOT_FOUND if unknown_path else str(error.detail)
        return problem(error.status_code, detail, error.headers)

    @app.exception_handler(InvalidKeyError)
    @app.exception_handler(AbsentError)
    def absent(request: Request, error: DiscoveryError) -> JSONResponse:
        return problem(HTTPStatus.NOT_FOUND, NOT_FOUND)

    @app.exception_handler(InvalidRequestError)
    def impossible(request: Request, error: InvalidRequestError) -> JSONResponse:
        return problem(HTTPStatus.CONFLICT, str(error), code=error.code)

    @app.exception_handler(NotModified)
    def not_modified(request: Request, error: NotModified) -> Response:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": error.etag})

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"where": ".".join(map(str, item["loc"])), "message": item["msg"]}
            for item in error.errors()
        ]
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not well-formed.", errors=errors
        )

    @app.exception_handler(OperationError)
    def unavailable(request: Request, error: OperationError) -> JSONResponse:
        retry = {"Retry-After": "5"}
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry, code=error.code)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> JSONResponse:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here.")
