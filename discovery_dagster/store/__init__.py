"""Where facts are kept: the only SQL, and the object store. No Dagster and no decisions in here."""
