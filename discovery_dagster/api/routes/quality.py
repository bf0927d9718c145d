"""The import and its quality: files, mapping, proposals, rejects, issues."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from discovery_dagster.api.lists import Selection, Values, add_list
from discovery_dagster.store.reading import lists

router = APIRouter(tags=["import and quality"])


class File(BaseModel):
    """A file of the session and what became of its records."""

    name: str = Field(examples=["servers.csv"])
    sha256: str
    format: str | None = Field(examples=["generic.assets"])
    records: int = Field(examples=[120])
    accepted: int = Field(examples=[117])
    rejected: int = Field(examples=[3])
    ignored: int = Field(examples=[0])
    error: str | None
    encoding: str | None
    delimiter: str | None
    sheets: list[str] | None
    notes: list[str] | None = Field(
        description="What a person may not expect of how it was read.",
        examples=[["It has the same content as servers.csv and is not read again."]],
    )
    size: int = Field(description="Bytes.")


class Mapping(BaseModel):
    """What a source column means."""

    file: str
    sheet: str | None
    column: str
    field: str = Field(description="Canonical field, `ignored` or `unmapped`.")
    unit: str | None
    transform: str | None
    confidence: float | None
    method: str | None
    status: str
    evidence: list[str] | None
    conflict: str | None


class Proposal(BaseModel):
    """What a language model proposed about a column or an asset that the rules left open."""

    asset_id: str | None = Field(description="Null for a column.")
    name: str | None
    file: str | None = Field(description="Null for an asset.")
    sheet: str | None
    column: str | None
    field: str = Field(description="`type` of an asset, `field` of a column.")
    rules: str = Field(description="The rules' own answer.")
    value: str | None = Field(description="Proposed; null without a usable answer.")
    confidence: float | None = Field(description="As the model states it; decides nothing.")
    rationale: str | None = Field(description="The model's own words: untrusted text.")
    status: str = Field(
        description="`proposed`, `accepted` (by setting), `undecided`, `unanswered`, `withheld`."
    )
    reason: str | None
    model: str
    prompt: str
    response: str | None


class Reason(BaseModel):
    """One reason of a rejected record."""

    field: str | None
    code: str
    message: str
    value: str | None


class Reject(BaseModel):
    """A record that was not accepted, as it stood."""

    file: str
    sheet: str | None
    line: int = Field(description="Physical line of the file, from 1.")
    reasons: list[Reason]
    raw: Any = Field(description="The record's columns and cells.")


class Issue(BaseModel):
    """A problem of a cell or record."""

    file: str
    sheet: str | None
    line: int
    field: str | None
    column: str | None
    code: str
    message: str
    value: str | None
    severity: str = Field(description="`error` where it rejected the record.")


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
add_list(router, lists.PROPOSALS, ProposalSelection, Proposal)
add_list(router, lists.REJECTS, RejectSelection, Reject)
add_list(router, lists.ISSUES, IssueSelection, Issue)
