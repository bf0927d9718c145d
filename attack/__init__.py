"""Attacks readers with hostile files: `python -m attack`.

Files are made by code and read as in a run, each beside an ordinary one.
"""
