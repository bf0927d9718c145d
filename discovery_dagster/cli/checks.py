"""What `discovery doctor` says of one thing that it looked at."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    check: str
    status: Status
    message: str
