"""Kills sessions at random moments and compares what they end in."""
