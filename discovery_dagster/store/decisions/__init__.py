"""What people decided: rows that are only ever added, and a digest of those that are in force."""
