"""The read API: what was materialised, for programs. It writes nothing and knows no Dagster."""
