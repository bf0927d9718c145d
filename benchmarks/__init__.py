"""Figures, each a ratio against a named baseline of the same run. `make bench` prints them."""
