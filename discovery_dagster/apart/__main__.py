"""The program of the child."""

from discovery_dagster.apart.child import main

if __name__ == "__main__":
    main()
