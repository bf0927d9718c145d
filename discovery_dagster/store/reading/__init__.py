"""What the read API and the pages ask of a session: pages of lists, one row, facets.

As the reader's role, in a context of one engagement, and with the engagement and session in every
query besides: with the policy alone Postgres scanned the whole table.
"""
