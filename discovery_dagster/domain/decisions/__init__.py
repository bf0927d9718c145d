"""What people decide: about columns, grains and formats, assets, identity, endpoints, the plan.

Each kind has a module; words have `dictionary.decisions`. What a decision does to data is beside
what it decides: `mapping.deciding`, `grain.deciding`, `teaching.deciding`. A decision is added to a
log and never changed; the last one about its subject is in force. Where they are kept is the matter
of `store.decisions`.
"""
