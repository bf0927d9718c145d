"""Where a text still is: in which tables, and in which files of a home."""

from pathlib import Path

from discovery_dagster.store.database import Database


def tables_with(database: Database, text: str) -> list[str]:
    """Every table of the database, Dagster's too, with a row that holds the text."""
    with database.connect() as connection:
        names = connection.execute(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables"
            " where schemaname in ('public', 'discovery')"
        ).fetchall()
        return [
            row["name"]
            for row in names
            if connection.execute(
                f"select 1 from {row['name']} t where strpos(t::text, %s) > 0 limit 1", [text]
            ).fetchone()
        ]


def contents(database: Database, name: str) -> str:
    """Every row of a table as text."""
    with database.connect() as connection:
        rows = connection.execute(f"select t::text as row from {name} t").fetchall()
    return "\n".join(row["row"] for row in rows)


def files_with(folder: Path, text: str) -> list[Path]:
    """Every file of a home, but for Postgres' own, that holds the text."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and "postgres" not in path.parts and text.encode() in path.read_bytes()
    ]
