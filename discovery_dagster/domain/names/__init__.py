"""What things are called: assets by people, hosts by their records, applications by lists.

`directory` finds the asset that a person names, `index` the asset that a relation names, `hosts`
knows short names and FQDNs, and `applications` which spellings mean one application.
"""
