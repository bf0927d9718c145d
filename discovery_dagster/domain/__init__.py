"""What Discovery knows about IT estates. Pure: no Dagster, SQL, HTTP, clock or model in here."""
