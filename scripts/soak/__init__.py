"""A week of Discovery in minutes, and what has grown by its end."""
