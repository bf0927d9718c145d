"""The sample company, its exports and the truth about them; see `build_sample_estate.py`."""
