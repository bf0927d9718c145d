"""The read API's documentation, from files of this server alone and under the policy of pages."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Frame, Page, shown

router = APIRouter()


@dataclass(frozen=True)
class DocumentationPage(Page):
    """Context of `documentation.html`."""

    template: ClassVar[str] = "documentation.html"

    description_url: str = shown("the OpenAPI description of the read API")


@router.get("/docs")
def documentation() -> HTMLResponse:
    """Show the documentation, which has nobody's data."""
    return html(DocumentationPage(Frame("API"), "/openapi.json"))
