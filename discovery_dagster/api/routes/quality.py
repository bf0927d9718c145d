"""The import and its quality: files, mapping, words, proposals, rejects, issues."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from discovery_dagster.api.lists import Selection, Values, add_list
from discovery_dagster.api.models import row_model
from discovery_dagster.domain.tables import shown
from discovery_dagster.store.reading import lists

router = APIRouter(tags=["import and quality"])


File = row_model(
    "File",
    shown.FILES,
    "A file of the session and what became of its records.",
    examples={
        "name": "servers.csv",
        "format": "generic.assets",
        "records": 120,
        "accepted": 117,
        "rejected": 3,
        "ignored": 0,
        "notes": ["It has the same content as servers.csv and is not read again."],
    },
)


Mapping = row_model(
    "Mapping", shown.MAPPING, "What a source column means.", nullable=("confidence",)
)


Word = row_model("Word", shown.WORDS, "A word of a vocabulary in a column of a file.")


Proposal = row_model(
    "Proposal",
    shown.PROPOSALS,
    "What a language model proposed about a column or an asset that the rules left open.",
)


class Reason(BaseModel):
    """One reason of a rejected record."""

    field: str | None
    code: str
    message: str
    value: str | None


Reject = row_model(
    "Reject",
    shown.REJECTS,
    "A record that was not accepted, as it stood.",
    types={"reasons": list[Reason], "raw": Any},
)


Issue = row_model("Issue", shown.ISSUES, "A problem of a cell or record.")


class FileSelection(Selection):
    """Filters of files."""

    format: Values


class MappingSelection(Selection):
    """Filters of the mapping."""

    file: Values
    sheet: Values
    field: Values
    method: Values
    status: Values


class WordSelection(Selection):
    """Filters of words; `none` asks for those without a meaning."""

    file: Values
    field: Values
    column: Values
    word: Values
    meaning: Values
    decided: Values


class ProposalSelection(Selection):
    """Filters of proposals."""

    asset_id: Values
    file: Values
    field: Values
    value: Values
    status: Values


class RejectSelection(Selection):
    """Filters of rejected records."""

    file: Values
    sheet: Values


class IssueSelection(RejectSelection):
    """Filters of issues."""

    field: Values
    code: Values
    severity: Values


add_list(router, lists.FILES, FileSelection, File)
add_list(router, lists.MAPPING, MappingSelection, Mapping)
add_list(router, lists.WORDS, WordSelection, Word)
add_list(router, lists.PROPOSALS, ProposalSelection, Proposal)
add_list(router, lists.REJECTS, RejectSelection, Reject)
add_list(router, lists.ISSUES, IssueSelection, Issue)
