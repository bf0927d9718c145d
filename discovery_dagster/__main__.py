"""`python -m discovery_dagster` is `discovery`."""

from discovery_dagster.cli import main

if __name__ == "__main__":
    main()
