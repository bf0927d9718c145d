"""Reads files in a sandbox: a child process that has limits and knows nothing of us.

Whatever a file does to the process that reads it, the file is refused in one sentence, and the
others are read. What files hold is the domain's matter; here are the process and its limits.
"""
