"""The report for a client: what was found, how sure it is, and the plan, as HTML and workbook.

What it says is put together in `contents`; `page` and `workbook` only present it.
"""

from discovery_dagster.domain.report.contents import contents
from discovery_dagster.domain.report.model import Contents
from discovery_dagster.domain.report.page import render
from discovery_dagster.domain.report.workbook import write

__all__ = ["Contents", "contents", "render", "write"]
