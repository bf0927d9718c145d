"""Cursors: where the next page of a list begins, signed, so that no other list takes them."""

from collections.abc import Sequence
from typing import Any

from fastapi import HTTPException
from itsdangerous import BadData, URLSafeSerializer

from discovery_dagster.domain.keys import SessionKey


def write(secret: bytes, listing: str, session: SessionKey, sort: str, after: Sequence[Any]) -> str:
    """Return the cursor that goes on after these values of order and key."""
    return str(_serializer(secret, listing, session, sort).dumps(list(after)))


def read(secret: bytes, listing: str, session: SessionKey, sort: str, cursor: str) -> list[Any]:
    """Return the values that `write` was given.

    Raises:
        HTTPException: 400 when it is no cursor of this list in this order.
    """
    try:
        after: list[Any] = _serializer(secret, listing, session, sort).loads(cursor)
    except BadData as error:
        raise HTTPException(
            400, "This cursor does not belong to this list in this order."
        ) from error
    return after


def _serializer(secret: bytes, listing: str, session: SessionKey, sort: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"cursor {listing} {session} {sort}")
