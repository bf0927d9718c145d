"""`discovery import --dry-run`: what an import would find, without a home and without Postgres."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table

from discovery_dagster.cli.present import (
    print_files,
    print_warnings,
    rejects_table,
    table_of,
    waiting_tables,
)
from discovery_dagster.cli.terminal import say_json, terminal
from discovery_dagster.domain.contents import sha256_of
from discovery_dagster.domain.intake import Readings, SourceFile
from discovery_dagster.domain.mapping.warnings import column_warnings
from discovery_dagster.domain.preview import Preview, preview
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.store.sessions import IncomingFile, free_name


def show_preview(files: Sequence[IncomingFile], reader: SandboxedReader, *, as_json: bool) -> None:
    """Read the files and print what would become of them."""
    previewed = preview(_source_files(files), Readings(reader.read_tables))
    warnings = column_warnings(previewed.mapping)
    if as_json:
        document = asdict(previewed) | {
            "warnings": [asdict(warning) for warning in warnings],
            "waiting": list(waiting_tables(previewed.files)),
        }
        say_json(document)
        return
    console = terminal()
    console.print("\nNothing was written.", style="bold")
    print_files(console, previewed.files)
    print_warnings(console, warnings)
    console.print(_tables(previewed))
    console.print(_mapping(previewed))
    if previewed.rejects:
        console.print(rejects_table(previewed.rejects))
    if previewed.issues:
        console.print(f"Issues: {len(previewed.issues)}; --json lists them all.")


def _source_files(files: Sequence[IncomingFile]) -> list[SourceFile]:
    """The files under the names that the session would give them."""
    sources: dict[str, SourceFile] = {}
    for file in files:
        name = free_name(file.name, sources)
        sources[name] = SourceFile(name, file.path, sha256_of(file.path), file.path.stat().st_size)
    return list(sources.values())


def _tables(previewed: Preview) -> Table:
    table = table_of("Tables", "table", "a row is", "named by", "confidence", "why")
    for row in previewed.tables:
        place = f"{row['file']}#{row['sheet']}" if row["sheet"] else row["file"]
        why = " ".join(
            [row["reason"], *(f"{each[0].upper()}{each[1:]}." for each in row["evidence"])]
        )
        words = (place, row["grain"], row["name_column"] or "", f"{row['confidence']:.2f}", why)
        table.add_row(*words)
    return table


def _mapping(previewed: Preview) -> Table:
    table = table_of("Columns", "file", "column", "field", "status", "claimed by", "such as")
    for row in previewed.mapping:
        place = f"{row['file']} {row['sheet'] or ''}".strip()
        evidence = ", ".join(row["evidence"] or [])
        words = (place, row["column"], row["field"], row["status"], row["conflict"] or "", evidence)
        table.add_row(*words)
    return table
