"""What people decide: assets, identity, endpoints, limits of the plan. Each kind has a module.

Those about columns, rows and formats of tables are beside what they decide: `mapping`, `grain` and
`teaching`. A decision is added to a log and never changed; the last one about its subject is in
force. Where they are kept is the matter of `store.decisions`.
"""
