"""Deliveries of invented clients, as such come in, each with the truth about its estate."""
