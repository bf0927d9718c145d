"""What is wrong with the certificate of a Postgres server, as one sentence.

libpq has no codes for it, only words, which it has in English since its messages are not translated
in the wheels; and it advises not to verify.
"""

from collections.abc import Mapping
from typing import Final

_REFUSALS: Final[Mapping[str, str]] = {
    "certificate verify failed": (
        "No authority that `sslrootcert` of DISCOVERY_POSTGRES_URL names has signed the certificate"
        " of the Postgres server, or it has expired."
    ),
    "does not match host name": (
        "The certificate of the Postgres server is for another name than the one in"
        " DISCOVERY_POSTGRES_URL."
    ),
    "root certificate file": (
        "The file of authorities that `sslrootcert` of DISCOVERY_POSTGRES_URL names, or else"
        " ~/.postgresql/root.crt, cannot be read: the certificate of the Postgres server cannot be"
        " verified."
    ),
    "server does not support SSL": (
        "DISCOVERY_POSTGRES_URL asks for TLS, and the Postgres server has none."
    ),
}


def refusal(error: str) -> str | None:
    """Return why libpq did not trust the server, from its message; None when it did."""
    return next((sentence for words, sentence in _REFUSALS.items() if words in error), None)
