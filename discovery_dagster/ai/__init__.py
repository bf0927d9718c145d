"""Proposals by a language model, as CrewAI flows that survive being killed.

Importing this package imports no CrewAI: it costs 4.6 s and 250 MB, so `proposer` imports the
flows only when there are questions to ask. Which answers count is decided in the domain.
"""
