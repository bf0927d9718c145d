"""The program of the child."""

from discovery_dagster.sandbox.child import main

if __name__ == "__main__":
    main()
